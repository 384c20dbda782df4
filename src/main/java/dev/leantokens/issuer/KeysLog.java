package dev.leantokens.issuer;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;

/**
 * Logs what happens to the keys of an issuer: changes, the start of an outage and its end, each once, and during an outage each
 * further reason. To be used by one thread at a time.
 */
final class KeysLog {

    private static final Logger LOG = Logger.getLogger(KeysLog.class);

    /** Reasons can contain the addresses of a server. */
    private static final int MAX_REASONS = 10;

    private final String issuer;
    private final Clock clock;
    /** When the outage started; null without one. */
    private Instant since;
    private boolean givenUp;
    /** The reasons that were logged for this outage. */
    private final Set<String> logged = new HashSet<>();

    KeysLog(String issuer, Clock clock) {
        this.issuer = issuer;
        this.clock = clock;
    }

    /** @param before the number of keys before; 0 for the first ones */
    void keysChanged(int before, int now) {
        LOG.info("The issuer " + issuer + (before == 0 ? " has " : " has changed its keys, and now has ") + keys(now));
    }

    void obtained() {
        if (since != null) {
            LOG.info("The keys of the issuer " + issuer + " can be fetched again, after "
                    + Duration.between(since, clock.instant()).toSeconds() + " s");
            since = null;
            givenUp = false;
            logged.clear();
        }
    }

    /** @param keptUntil when the current keys are given up; empty without keys */
    void failed(KeysException failure, Optional<Instant> keptUntil) {
        boolean starts = since == null;
        if (starts) {
            since = clock.instant();
        }
        if (logged.size() < MAX_REASONS && logged.add(failure.getMessage())) {
            LOG.log(failure.fault() == KeysFault.PRIVATE_KEYS ? Level.ERROR : Level.WARN, "The keys of the issuer " + issuer
                    + (starts ? " cannot be fetched: " : " still cannot be fetched, now for another reason: ")
                    + failure.getMessage() + (starts ? ". " + consequence(keptUntil) : ""));
        }
        if (!givenUp && keptUntil.isPresent() && !clock.instant().isBefore(keptUntil.get())) {
            givenUp = true;
            LOG.error("The keys of the issuer " + issuer + " are given up, as they could not be fetched for longer than "
                    + "ISSUERS_KEEP_KEYS: its tokens get 503 until keys are fetched");
        }
    }

    private static String consequence(Optional<Instant> keptUntil) {
        return keptUntil.map(end -> "Its tokens are verified with the known keys until " + end.truncatedTo(ChronoUnit.SECONDS))
                .orElse("Its tokens get 503 until keys are fetched");
    }

    static String keys(int number) {
        return number == 1 ? "1 key" : number + " keys";
    }
}
