package dev.leantokens.soak;

import java.time.Duration;

/** What happens to the parties, one at a time. */
enum Disturbance {
    LEAN_REFUSES_CONNECTIONS(Party.LEAN, 20),
    LEAN_ANSWERS_503(Party.LEAN, 20),
    /** Connections stay open, and what has arrived is answered afterwards. */
    LEAN_FREEZES(Party.LEAN, 8),
    /** One of the replicas, by SIGSTOP. */
    REPLICA_FREEZES(Party.REPLICA, 6),
    STORE_FREEZES(Party.STORE, 8),
    STORE_DIES(Party.STORE, 15),
    /** Without its data. */
    STORE_RESTARTS(Party.STORE, 0),
    STORE_FORGETS_EVERYTHING(Party.STORE, 0),
    STORE_IS_SLOW(Party.STORE, 15),
    /** The other replica goes on using it. */
    STORE_IS_CUT_OFF_FROM_ONE(Party.STORE, 15),
    ISSUER_HANGS(Party.ISSUER, 15),
    KEYS_ROTATE(Party.ISSUER, 0);

    /** Who is disturbed. */
    enum Party {
        LEAN,
        REPLICA,
        STORE,
        ISSUER
    }

    private final Party party;
    private final Duration duration;

    Disturbance(Party party, int seconds) {
        this.party = party;
        this.duration = Duration.ofSeconds(seconds);
    }

    Party party() {
        return party;
    }

    /** @return whether it concerns one of the replicas only */
    boolean isOfOneReplica() {
        return this == REPLICA_FREEZES || this == STORE_IS_CUT_OFF_FROM_ONE;
    }

    Duration duration() {
        return duration;
    }
}
