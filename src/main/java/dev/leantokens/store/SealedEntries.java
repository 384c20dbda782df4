package dev.leantokens.store;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;

import dev.leantokens.error.TokenException;
import dev.leantokens.json.UncachedNames;
import dev.leantokens.store.UnusableEntries.Kind;
import dev.leantokens.token.AccessToken;
import dev.leantokens.token.CachedToken;
import dev.leantokens.token.TokenKey;

/**
 * Opens what replicas have shared. What cannot be used is recorded, and is empty. Thread-safe.
 * <p>
 * A token's remaining life is the shorter of two: until its expiry by the clock of this machine; and its lifetime, less what
 * has passed since by the clock of Redis. So a wrong clock can shorten a token's life, but not extend it. An old entry that is
 * written again has expired. Entries that are written late, by a replica or a Redis that was slow, stay for that much longer in
 * Redis, which is not recorded as long as it is within the tolerance.
 */
final class SealedEntries {

    private static final ObjectReader JSON_OBJECT = UncachedNames.mapper()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build()
            .readerFor(new TypeReference<Map<String, Object>>() {
            });

    private final StoreKeys keys;
    private final Duration tolerance;
    private final TokenGenerations generations;
    private final UnusableEntries unusable;
    private final Clock clock;

    /** @param tolerance how far clocks may differ */
    SealedEntries(StoreKeys keys, Duration tolerance, TokenGenerations generations, UnusableEntries unusable, Clock clock) {
        this.clock = clock;
        this.keys = keys;
        this.tolerance = tolerance;
        this.generations = generations;
        this.unusable = unusable;
    }

    /**
     * @param name the key in Redis under which the token was found
     * @param fence its fence there
     * @param redisNow the time of Redis, in microseconds
     * @param now a time of this machine, not later than that of Redis
     */
    Optional<CachedToken> token(TokenKey key, String name, byte[] sealed, String fence, long redisNow, Instant now) {
        return opened(name, sealed, SharedToken::decode).flatMap(shared -> {
            if (!Long.toString(shared.fence()).equals(fence)) {
                return flawed(Kind.TAMPERED);
            }
            if (generations.mayInclude(key, shared.generation())) {
                return Optional.empty();
            }
            long here = shared.expiresAt() - now.toEpochMilli();
            long there = Math.min(shared.lifetime(), shared.lifetime() - (redisNow - shared.startedAt()) / 1000);
            if (there < -tolerance.toMillis() || here < -tolerance.toMillis()) {
                return flawed(Kind.EXPIRED);
            }
            if (there <= 0) {
                return Optional.empty();
            }
            // Redis read its clock when the question arrived, at some time since then.
            long since = Duration.between(now, clock.instant()).toMillis();
            if (there - here > tolerance.toMillis() || here - since - there > tolerance.toMillis()) {
                unusable.record(Kind.CLOCK);
            }
            try {
                return CachedToken.shared(AccessToken.of(json(shared.response()), key.scope()),
                        Duration.ofMillis(Math.min(here, there)), now);
            } catch (IOException | TokenException e) {
                return flawed(Kind.UNKNOWN_VERSION);
            }
        });
    }

    /**
     * @param name the key in Redis under which the failure was found
     * @param credentials identifies the credentials of the reader
     * @param age how old it may be
     * @param redisNow the time of Redis, in microseconds
     */
    Optional<SharedFailure> failure(String name, byte[] sealed, String credentials, Duration age, long redisNow, Instant now) {
        return opened(name, sealed, SharedFailure::decode).flatMap(failure -> {
            // By this clock as well: Redis, or what is between, can tell any time.
            long passed = Math.max(Math.abs(redisNow - failure.redisTime()) / 1000,
                    Math.abs(now.toEpochMilli() - failure.time()) - tolerance.toMillis());
            if (passed > age.plus(tolerance).toMillis()) {
                return flawed(Kind.EXPIRED);
            }
            return Optional.of(failure).filter(each -> passed <= age.toMillis())
                    .filter(each -> each.credentials().equals(credentials));
        });
    }

    /** Records an entry that not even a script could use. */
    void recordTampered() {
        unusable.record(Kind.TAMPERED);
    }

    private <T> Optional<T> opened(String name, byte[] sealed, Function<byte[], T> decoder) {
        Seal.Opened opened = Seal.open(keys.current(), name, sealed);
        if (opened.flaw().isPresent()) {
            return flawed(Kind.of(opened.flaw().get()));
        }
        try {
            return Optional.of(decoder.apply(opened.content()));
        } catch (RuntimeException e) {
            // Sealed by a replica of this service, so only its version can differ.
            return flawed(Kind.UNKNOWN_VERSION);
        }
    }

    private <T> Optional<T> flawed(Kind kind) {
        unusable.record(kind);
        return Optional.empty();
    }

    private static Map<String, Object> json(byte[] response) throws IOException {
        return JSON_OBJECT.readValue(response);
    }
}
