package dev.leantokens.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.leantokens.StartOrder;
import dev.leantokens.audit.AuditConfig.Customers;
import dev.leantokens.error.Origin;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.log.StandardOutput;
import dev.leantokens.trace.Traces;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.SpanContext;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;

/**
 * Writes one line for each request for a token: whether it was issued, to whom, and which one. Off unless AUDIT_LOG says where
 * to write. Thread-safe; never blocks.
 */
@Singleton
public class AuditLog {

    private static final Logger LOG = Logger.getLogger(AuditLog.class);

    /** Set once a request has a line. */
    private static final String AUDITED = AuditLog.class.getName();

    /** The request for a token, from when its members are known. */
    private static final String REQUEST = AuditedRequest.class.getName();

    /** About 10,000 lines. */
    private static final int CAPACITY = 4 * 1024 * 1024;
    private static final long CHECK_MILLIS = 500;
    /** How long the last lines may delay the exit of the process. */
    private static final Duration EXIT_DELAY = Duration.ofSeconds(2);
    /** An outage lasts at least until the next attempt to write. */
    static final Duration RETRY = Duration.ofSeconds(1);
    private static final int KEY_LENGTH = 32;

    private final AuditConfig config;
    private final Vertx vertx;
    private final Traces traces;
    private final StandardOutput output;
    private final Counter lost;

    /** Null without an audit, like the writer. */
    private AuditLines lines;
    private AuditWriter writer;

    AuditLog(AuditConfig config, Vertx vertx, Traces traces, StandardOutput output, MeterRegistry registry) {
        this.config = config;
        this.vertx = vertx;
        this.traces = traces;
        this.output = output;
        this.lost = Counter.builder("audit.lines.lost")
                .description("Lines of the audit that could not be written")
                .register(registry);
    }

    /** @throws ConfigurationException if lines cannot be written; the message is for an operator */
    void open(@Observes @Priority(StartOrder.AFTER_SETTINGS) StartupEvent event) {
        if (config.log().isEmpty()) {
            return;
        }
        AuditTarget target = target(config.log().get().strip());
        Optional<CustomerPseudonyms> pseudonyms = config.customers() == Customers.PLAIN ? Optional.empty()
                : Optional.of(new CustomerPseudonyms(key()));
        // Not the clock that never goes back: other logs, which lines are compared with, have the system time.
        lines = new AuditLines(Clock.systemUTC(), pseudonyms);
        writer = new AuditWriter(target, CAPACITY, config.required(), lost::increment, System::nanoTime);
        LOG.info("Audit: " + target.name() + (config.required() ? ", required" : "") + "; customers "
                + (pseudonyms.isEmpty() ? "by their ids"
                        : config.key().isPresent() || config.keyFile().isPresent() ? "by pseudonyms"
                                : "by pseudonyms that change with each start, since neither AUDIT_KEY nor AUDIT_KEY_FILE is set"));
    }

    void start(@Observes @Priority(StartOrder.BACKGROUND) StartupEvent event) {
        if (isOn()) {
            writer.start();
            vertx.setPeriodic(CHECK_MILLIS, elapsed -> writer.check());
        }
    }

    /** Also called when the start fails. */
    void stop(@Observes ShutdownEvent event) {
        if (isOn()) {
            writer.finish(EXIT_DELAY);
        }
    }

    private AuditTarget target(String place) {
        if (place.equals(AuditConfigRules.STDOUT)) {
            return new AuditOutput(output);
        }
        return place.equals(AuditConfigRules.CATEGORY) ? new AuditCategory() : file(place);
    }

    private static AuditFile file(String place) {
        Path path = Path.of(place);
        AuditFile file = new AuditFile(path, System::nanoTime);
        try {
            file.open();
            return file;
        } catch (IOException e) {
            // Without its folder, the value can be a misplaced secret.
            throw new ConfigurationException("the file that AUDIT_LOG names "
                    + (Files.isDirectory(path.getParent()) ? "(" + place + ") " : "") + "cannot be opened for writing: "
                    + AuditFile.reason(e));
        }
    }

    private byte[] key() {
        return AuditConfigRules.key(config).orElseGet(() -> {
            byte[] key = new byte[KEY_LENGTH];
            new SecureRandom().nextBytes(key);
            return key;
        });
    }

    /** @return whether lines are written */
    public boolean isOn() {
        return writer != null;
    }

    /** @return whether lines can be written */
    public AuditState state() {
        if (!isOn() || !writer.isInOutage()) {
            return AuditState.UNDISTURBED;
        }
        return isRequired() ? AuditState.TOKENS_REFUSED : AuditState.LINES_LOST;
    }

    /** @return whether a token must not leave before its line has been written */
    boolean isRequired() {
        return config.required();
    }

    /**
     * @param adapter the adapter that received the request
     * @param caller who has sent the request, as far as it is known
     * @param address of the caller's socket
     * @return a request whose outcome becomes a line
     */
    public AuditedRequest request(Origin adapter, AuditedCaller caller, String address, RoutingContext context) {
        if (!isOn()) {
            return AuditedRequest.NOT_AUDITED;
        }
        AuditedRequest request = new AuditedRequest(this, adapter, caller, address, traceId(), context);
        if (adapter == Origin.REST) {
            context.put(REQUEST, request);
        }
        return request;
    }

    /**
     * Writes the line of a request that ended without a token, unless {@link AuditedRequest} has, or it was not for a token.
     *
     * @param address of the caller's socket
     * @param failure what the caller receives
     */
    public void refused(Origin origin, String address, RoutingContext context, TokenException failure) {
        if (isOn() && !failure.isAudited() && (origin == Origin.REST || origin == Origin.MCP)) {
            if (origin == Origin.REST && isAudited(context) && failure.error() != TokenError.AUDIT_UNAVAILABLE) {
                // The caller broke off the request, which is an error as well.
                return;
            }
            if (context.response().closed()) {
                gone(origin, address, context);
                return;
            }
            AuditLine line = lines.start(origin, AuditedCaller.clientOf(context), address, traceId());
            lines.endRefused(line, failure);
            add(line);
            setAudited(context);
        }
    }

    /**
     * Writes the line of a request whose caller left before its outcome was known, unless it has one.
     *
     * @param address of the caller's socket
     */
    public void gone(Origin origin, String address, RoutingContext context) {
        if (isAudited(context)) {
            return;
        }
        AuditedRequest request = context.get(REQUEST);
        if (request != null) {
            request.gone();
            return;
        }
        AuditLine line = lines.start(origin, AuditedCaller.clientOf(context), address, traceId());
        lines.endGone(line);
        add(line);
        setAudited(context);
    }

    /** @return whether lines are written, as soon as the service has started */
    public boolean isConfigured() {
        return config.log().isPresent();
    }

    /** @return whether there is a line of a request */
    public static boolean isAudited(RoutingContext context) {
        return context.get(AUDITED) != null;
    }

    static void setAudited(RoutingContext context) {
        context.put(AUDITED, true);
    }

    /** @return null without a trace */
    private String traceId() {
        SpanContext span = traces.currentSpan().getSpanContext();
        return span.isValid() ? span.getTraceId() : null;
    }

    AuditLines lines() {
        return lines;
    }

    void add(AuditLine line) {
        writer.add(line.bytes(), line.length());
    }

    void add(AuditLine line, AuditWriter.Waiting waiting) {
        writer.add(line.bytes(), line.length(), waiting);
    }
}
