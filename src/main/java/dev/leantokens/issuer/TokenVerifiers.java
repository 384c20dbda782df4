package dev.leantokens.issuer;

import java.time.Clock;
import java.util.List;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/** Creates the verifier of the trusted issuers, whenever their settings change. Thread-safe. */
@Singleton
public final class TokenVerifiers {

    private final TrustedKeys keys;
    private final Clock clock;

    @Inject
    TokenVerifiers(TrustedKeys keys) {
        // The system time: issuers compare with their own clocks. The Clock bean stays ahead if the system time is set back, and
        // every token would count as expired until a restart.
        this(keys, Clock.systemUTC());
    }

    /** @param clock the time with which the times in tokens are compared */
    TokenVerifiers(TrustedKeys keys, Clock clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * Replaces the trusted issuers. Reads files, so it may block. To be called last, after all other checks of the
     * configuration, and with an empty list too: the keys of other issuers are no longer fetched.
     *
     * @return a verifier that has not seen any token; keys that have been fetched for the same settings are used on
     * @throws IllegalArgumentException if two issuers contradict each other, or a file cannot be used. Nothing is replaced
     *         then. The message is for an operator
     */
    public TokenVerifier replace(List<IssuerSettings> issuers) {
        return new TrustedIssuers(issuers, keys::replace, clock);
    }
}
