package dev.leantokens.soak;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import dev.leantokens.token.ClientCredentials;

/**
 * The tokens that the application must have in its cache according to its responses: while one of them is valid, the
 * replica must not report a failure of Lean for it. Thread-safe.
 */
final class KnownTokens {

    /** The longest time since the call to Lean for a token that the application does not report as cached. */
    private static final Duration LONGEST_CALL = Duration.ofSeconds(26).plus(Disturbance.REPLICA_FREEZES.duration());

    /** The application does not issue tokens with less validity. */
    private static final Duration MIN_REMAINING = Duration.ofSeconds(1);

    private final Map<Key, Known> newest = new ConcurrentHashMap<>();

    private record Key(ClientCredentials credentials, boolean sendsCredentials, String scope) {

        static Key of(TokenRequest wanted) {
            return new Key(wanted.credentials(), wanted.sendsCredentials(), wanted.scope());
        }
    }

    private record Known(long serial, Instant seenAt, Instant validUntil) {

        Known with(Known other) {
            if (other.serial != serial) {
                return other.serial > serial ? other : this;
            }
            return new Known(serial, seenAt, other.validUntil.isAfter(validUntil) ? other.validUntil : validUntil);
        }
    }

    /** @param fromCache whether the application reports the token as cached */
    void seen(TokenRequest wanted, MarkedToken token, long expiresIn, boolean fromCache, Instant sentAt, Instant receivedAt) {
        Instant counted = fromCache ? sentAt : sentAt.minus(LONGEST_CALL);
        newest.merge(Key.of(wanted), new Known(token.serial(), receivedAt, counted.plusSeconds(expiresIn)), Known::with);
    }

    /** @return the expiry of a token that was valid and cached during the whole interval */
    Optional<Instant> validThroughout(TokenRequest wanted, Instant from, Instant until) {
        return Optional.ofNullable(newest.get(Key.of(wanted)))
                .filter(known -> known.seenAt().isBefore(from) && known.validUntil().minus(MIN_REMAINING).isAfter(until))
                .map(Known::validUntil);
    }
}
