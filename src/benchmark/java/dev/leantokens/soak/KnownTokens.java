package dev.leantokens.soak;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import dev.leantokens.token.ClientCredentials;

/**
 * Which tokens the application must have in its cache, by what it has answered: as long as one of them is valid, it has no
 * reason to answer with a failure of Lean's. Thread-safe.
 */
final class KnownTokens {

    /** Where the application does not say that a token is from its cache, this much can have passed since Lean was asked. */
    private static final Duration LONGEST_CALL = Duration.ofSeconds(11);

    /** With less left the application does not give a token out. */
    private static final Duration SHORTEST_REST = Duration.ofSeconds(1);

    private final Map<Key, Known> newest = new ConcurrentHashMap<>();

    private record Key(ClientCredentials credentials, boolean own, String scope) {

        static Key of(Ask ask) {
            return new Key(ask.credentials(), ask.own(), ask.scope());
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

    /** @param fromCache whether the application says that it is */
    void seen(Ask ask, MarkedToken token, long expiresIn, boolean fromCache, Instant sentAt, Instant receivedAt) {
        Instant counted = fromCache ? sentAt : sentAt.minus(LONGEST_CALL);
        newest.merge(Key.of(ask), new Known(token.serial(), receivedAt, counted.plusSeconds(expiresIn)), Known::with);
    }

    /** @return the end of the validity of a token that was in the cache from before the one time until after the other */
    Optional<Instant> validThroughout(Ask ask, Instant from, Instant until) {
        return Optional.ofNullable(newest.get(Key.of(ask)))
                .filter(known -> known.seenAt().isBefore(from) && known.validUntil().minus(SHORTEST_REST).isAfter(until))
                .map(Known::validUntil);
    }
}
