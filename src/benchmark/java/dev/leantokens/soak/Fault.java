package dev.leantokens.soak;

import java.util.random.RandomGenerator;

/** A fault of a response of the stand-in for Lean, and its frequency. */
enum Fault {
    /** 503, as a gateway answers. */
    UNAVAILABLE(50),
    /** 500. */
    FAILED(20),
    /** 429, with a time to wait. */
    THROTTLED(20),
    /** The connection is closed without a response. */
    BROKEN(20),
    /** The right response, late. */
    SLOW(20),
    /** 200 with a page of HTML. */
    GARBAGE(10),
    /** No response. */
    HANGING(10),
    /** No fault. */
    NONE(850);

    private final int perMille;

    Fault(int perMille) {
        this.perMille = perMille;
    }

    static Fault draw(RandomGenerator random) {
        int drawn = random.nextInt(1000);
        for (Fault fault : values()) {
            drawn -= fault.perMille;
            if (drawn < 0) {
                return fault;
            }
        }
        return NONE;
    }
}
