package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import dev.leantokens.testing.Settings;
import dev.leantokens.token.AccessToken;
import dev.leantokens.token.AuthorizationServer;
import dev.leantokens.token.ServiceCredentials;
import dev.leantokens.token.UpstreamTokenRequest;
import io.smallrye.mutiny.Uni;

/** The guard of calls in front of a simulated Lean, for tests of other packages. Makes one attempt for each request. */
public final class GuardedLean implements AuthorizationServer {

    /** Settings are read once: that takes longer than a case. */
    private static final Map<Limits, LeanConfig> SETTINGS = new ConcurrentHashMap<>();

    private final LeanConfig config;
    private final Clock clock;
    private final CallGuard guard;
    private final Function<UpstreamTokenRequest, Uni<AccessToken>> lean;

    /**
     * @param callsPerMinute the budget of each client
     * @param connections the number of connections, half for each kind of credentials
     */
    public record Limits(int callsPerMinute, int connections) {

        private LeanConfig settings() {
            return Settings.of(LeanConfig.class, "lean.requests-per-minute", Integer.toString(callsPerMinute),
                    "lean.max-connections", Integer.toString(connections),
                    // Breakers have a clock of their own.
                    "lean.breaker-request-volume", "100000");
        }
    }

    /** Runs an action after a delay. */
    @FunctionalInterface
    public interface Timer {

        /** @return stops the timer */
        Runnable start(long millis, Runnable action);
    }

    /**
     * @param clock includes sleep
     * @param awake does not
     * @param lean makes a call
     */
    public GuardedLean(ServiceCredentials service, Clock clock, Clock awake, Timer timer,
            Function<UpstreamTokenRequest, Uni<AccessToken>> lean, Limits limits) {
        this.config = SETTINGS.computeIfAbsent(limits, Limits::settings);
        this.clock = clock;
        this.guard = new CallGuard(service, config, clock, awake, timer::start, SharedBudget.NONE);
        this.lean = lean;
    }

    /** @return how long after its request a call may be started */
    public Duration latestStart() {
        return config.deadline().minus(longestCall());
    }

    /** @return the time limit of a call */
    public Duration longestCall() {
        return LeanTokenEndpoint.longestCall(config);
    }

    @Override
    public Uni<AccessToken> requestToken(UpstreamTokenRequest request) {
        return guard.pass(request, Requests.UNTRACED, clock.instant().plus(latestStart()), Runnable::run, another -> {
            Instant sent = clock.instant();
            return lean.apply(request)
                    .map(token -> LeanTokenEndpoint.requireValid(token, Duration.between(sent, clock.instant())));
        });
    }

    @Override
    public String clientCertificate() {
        return "";
    }
}
