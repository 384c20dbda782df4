package dev.leantokens.issuer;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

import org.jboss.logging.Logger;
import org.jose4j.jwk.EllipticCurveJsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJsonWebKey;

/**
 * Limits what wrong signatures cost. Everybody can send them, and event loops verify them: without a limit, a few hundred a
 * second delay all other requests. With it, they only delay tokens that are not remembered, of the same issuer and with the
 * same
 * kind of key. Each kind has a level, which rises by the cost of each wrong signature and falls with time, so that a genuine
 * token has its chance at any moment. Thread-safe.
 */
final class WrongSignatures {

    /** About a fifth of the time of one processor; a verification by an RSA key of 2,048 bits costs 1. */
    static final int COST_PER_SECOND = 5_000;
    /** The level above which no signature is verified. */
    static final int MAX_LEVEL = 1_000;

    private static final Logger LOG = Logger.getLogger(WrongSignatures.class);
    private static final Duration LOG_INTERVAL = Duration.ofMinutes(10);

    private static final int RSA_BITS_OF_COST_1 = 2048;
    /** Multiples of what RSA takes, as measured on JDK 17. */
    private static final int COST_OF_P256 = 20;
    private static final int COST_OF_P384 = 60;
    private static final int COST_OF_P521 = 110;
    private static final int COST_OF_EDWARDS = 20;

    private final String issuer;
    /** By the cost of one signature, which tells the kinds of keys apart. */
    private final Map<Integer, Level> levels = new ConcurrentHashMap<>();
    private final AtomicReference<Instant> nextLine = new AtomicReference<>(Instant.MIN);

    private record Level(long cost, Instant at) {

        private long costAt(Instant now) {
            return Math.max(0, cost - Duration.between(at, now).toMillis() * COST_PER_SECOND / 1_000);
        }
    }

    /** @param issuer the id of its settings, for the log */
    WrongSignatures(String issuer) {
        this.issuer = issuer;
    }

    void count(PublicJsonWebKey key, Instant now) {
        int cost = cost(key);
        levels.merge(cost, new Level(cost, now), (before, added) -> new Level(before.costAt(now) + cost, now));
    }

    /** @return whether no signature is to be verified with this key now */
    boolean areTooMany(PublicJsonWebKey key, Instant now) {
        Level level = levels.get(cost(key));
        boolean tooMany = level != null && level.costAt(now) >= MAX_LEVEL;
        if (tooMany) {
            log(now);
        }
        return tooMany;
    }

    private void log(Instant now) {
        Instant next = nextLine.get();
        if (!now.isBefore(next) && nextLine.compareAndSet(next, now.plus(LOG_INTERVAL))) {
            LOG.warn("Too many tokens with wrong signatures name the issuer " + issuer + ", so some of its new tokens get 503: "
                    + "limit the requests of the peer that sends them");
        }
    }

    private static int cost(PublicJsonWebKey key) {
        if (key instanceof RsaJsonWebKey rsa) {
            int factor = Math.max(1, rsa.getRsaPublicKey().getModulus().bitLength() / RSA_BITS_OF_COST_1);
            return factor * factor;
        }
        if (key instanceof EllipticCurveJsonWebKey ec) {
            return switch (ec.getCurveName()) {
                case "P-256" -> COST_OF_P256;
                case "P-384" -> COST_OF_P384;
                default -> COST_OF_P521;
            };
        }
        return COST_OF_EDWARDS;
    }
}
