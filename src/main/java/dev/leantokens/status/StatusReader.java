package dev.leantokens.status;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.leantokens.audit.AuditLog;
import dev.leantokens.error.ErrorLog;
import dev.leantokens.issuer.KeysState;
import dev.leantokens.issuer.TrustedKeys;
import dev.leantokens.status.Status.Certificate;
import dev.leantokens.status.Status.Issuers;
import dev.leantokens.status.Status.Service;
import dev.leantokens.store.StoreHealth;
import dev.leantokens.token.CachedTokens;
import dev.leantokens.token.TokenCache;
import dev.leantokens.token.TokenStandIn;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ApplicationConfig;
import io.quarkus.runtime.StartupEvent;

/** Reads the status of the service. Called on worker threads. Thread-safe. */
@Singleton
class StatusReader {

    private static final int MAX_ERRORS = 20;

    /** How long tokens are not counted again, at least: counting visits all of them. */
    private static final Duration COUNT_VALIDITY = Duration.ofSeconds(2);
    /** So that counting takes a fiftieth of a processor at most, however many tokens there are. */
    private static final int PAUSE_PER_COUNT = 50;

    private final ReadinessReader readiness;
    private final LeanReader lean;
    private final TrafficRecorder traffic;
    private final TokenCache cache;
    private final TokenStandIn standIn;
    private final ErrorLog errors;
    private final StoreHealth store;
    private final TrustedKeys issuers;
    private final AuditLog audit;
    private final MeterRegistry meters;
    private final Clock clock;
    private final String version;

    private volatile Instant startedAt;
    private volatile Counted counted = new Counted(List.of(), Instant.EPOCH);

    private record Counted(List<CachedTokens> tokens, Instant validUntil) {
    }

    StatusReader(ReadinessReader readiness, LeanReader lean, TrafficRecorder traffic, TokenCache cache, TokenStandIn standIn,
            ErrorLog errors, StoreHealth store, TrustedKeys issuers, AuditLog audit, MeterRegistry meters, Clock clock,
            ApplicationConfig application) {
        this.readiness = readiness;
        this.lean = lean;
        this.traffic = traffic;
        this.cache = cache;
        this.standIn = standIn;
        this.errors = errors;
        this.store = store;
        this.issuers = issuers;
        this.audit = audit;
        this.meters = meters;
        this.clock = clock;
        this.version = application.version().orElse("unknown");
        this.startedAt = clock.instant();
    }

    void start(@Observes StartupEvent event) {
        startedAt = clock.instant();
    }

    /** Blocks for about a second if Lean does not answer. */
    Status read() {
        String environment = standIn.isUsed() ? "stand-in" : lean.environment();
        // Before the time is read: nothing that is shown is later.
        Status.Lean leanNow = lean.read();
        return new Status(clock.instant(), new Service(environment, standIn.isUsed(), version, startedAt), readiness.read(),
                leanNow, traffic.traffic(), tokens(), errors.latest(MAX_ERRORS), store.state(), trusted(), certificates(),
                audit.state());
    }

    private List<CachedTokens> tokens() {
        Counted last = counted;
        Instant now = clock.instant();
        if (now.isBefore(last.validUntil())) {
            return last.tokens();
        }
        List<CachedTokens> tokens = CachedTokens.in(cache, clock);
        Duration pause = Duration.between(now, clock.instant()).multipliedBy(PAUSE_PER_COUNT);
        counted = new Counted(tokens, now.plus(pause.compareTo(COUNT_VALIDITY) > 0 ? pause : COUNT_VALIDITY));
        return tokens;
    }

    private Optional<Issuers> trusted() {
        List<KeysState> states = issuers.states();
        return states.isEmpty() ? Optional.empty()
                : Optional.of(new Issuers(states.size(),
                        (int) states.stream().filter(state -> state.problem().isPresent()).count(),
                        (int) states.stream().filter(state -> state.keys() == 0).count()));
    }

    private List<Certificate> certificates() {
        return meters.find("tls.certificate.validity").gauges().stream()
                .map(gauge -> new Certificate(gauge.getId().getTag("configuration"), Duration.ofSeconds((long) gauge.value())))
                .sorted(Comparator.comparing(Certificate::configuration)).toList();
    }
}
