package dev.leantokens.issuer;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import dev.leantokens.StartOrder;
import dev.leantokens.trace.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;

/**
 * The keys of all trusted issuers. Those of an issuer whose settings stay the same survive a reload of the settings. Uses
 * nothing without issuers. Thread-safe.
 */
@Singleton
public final class TrustedKeys {

    /** How much an interval varies, so that replicas do not ask an issuer at the same time. */
    private static final double JITTER = 0.1;

    private final IssuersConfig config;
    private final Vertx vertx;
    private final Clock clock;
    private final MeterRegistry registry;
    private final Traces traces;
    private final KeyHosts.Lookup lookup;

    /** Replaced as a whole, so that health never waits for a file. */
    private volatile Map<KeySource, KeptKeys> current = Map.of();
    private boolean started;

    @Inject
    TrustedKeys(IssuersConfig config, Vertx vertx, Clock clock, MeterRegistry registry, Traces traces) {
        this(config, vertx, clock, registry, traces, KeyHosts.Lookup.OF_THE_JVM);
    }

    TrustedKeys(IssuersConfig config, Vertx vertx, Clock clock, MeterRegistry registry, Traces traces,
            KeyHosts.Lookup lookup) {
        this.config = config;
        this.vertx = vertx;
        this.clock = clock;
        this.registry = registry;
        this.traces = traces;
        this.lookup = lookup;
    }

    /**
     * Replaces the trusted issuers. Reads files, so it may block. To be called last, after all other checks of the
     * configuration: the keys of other issuers are no longer fetched.
     *
     * @return the keys of each issuer by its id
     * @throws IllegalArgumentException if settings are invalid, or a file cannot be used: nothing is replaced then. The message
     *         is for an operator
     */
    synchronized Map<String, IssuerKeys> replace(Collection<IssuerSettings> issuers) {
        Map<KeySource, KeptKeys> next = new LinkedHashMap<>();
        List<KeptKeys> created = new ArrayList<>();
        Map<String, IssuerKeys> byId = new HashMap<>();
        for (IssuerSettings settings : issuers) {
            KeySource source = KeySource.of(settings, vertx);
            KeptKeys keys = current.get(source);
            if (keys == null) {
                keys = create(source);
                // If several settings have one issuer, its keys are called by the first, which another can become.
                current.entrySet().stream().filter(entry -> entry.getKey().hasKeysOf(source)).map(Map.Entry::getValue)
                        .findFirst().ifPresent(keys::takeOver);
                created.add(keys);
            }
            next.put(source, keys);
            byId.put(settings.id(), keys);
        }
        Map<KeySource, KeptKeys> previous = current;
        current = next;
        // The meters of an issuer with other settings and the same id have the same names.
        previous.forEach((source, keys) -> {
            if (!next.containsKey(source)) {
                keys.close();
            }
        });
        if (started) {
            created.forEach(KeptKeys::start);
        }
        return Map.copyOf(byId);
    }

    private KeptKeys create(KeySource source) {
        KeysMetrics metrics = new KeysMetrics(registry, source.id());
        if (source.file().isPresent()) {
            return new FileKeys(source.id(), source.file().get(), vertx, metrics);
        }
        KeyFetch fetch = new KeyFetch(vertx, source, clock, lookup, KeyFetch.LIMIT);
        return new FetchedKeys(source.id(), fetch, this::later, config.keepKeys(), clock, metrics, traces);
    }

    private Runnable later(Duration delay, Runnable task) {
        double factor = ThreadLocalRandom.current().nextDouble(1 - JITTER, 1 + JITTER);
        long timer = vertx.setTimer((long) (delay.toMillis() * factor), passed -> task.run());
        return () -> vertx.cancelTimer(timer);
    }

    synchronized void start(@Observes @Priority(StartOrder.BACKGROUND) StartupEvent event) {
        started = true;
        current.values().forEach(KeptKeys::start);
    }

    synchronized void stop(@Observes ShutdownEvent event) {
        current.values().forEach(KeptKeys::close);
        current = Map.of();
    }

    /** @return the state of each issuer's keys; empty without issuers */
    public List<KeysState> states() {
        return current.values().stream().map(KeptKeys::state).toList();
    }
}
