package dev.leantokens.soak;

import java.util.random.RandomGenerator;

/** What can be wrong with an answer of the stand-in for Lean, and how often it is. */
enum Fault {
    /** 503, as a gateway answers. */
    UNAVAILABLE(50),
    /** 500. */
    FAILED(20),
    /** 429, with a time to wait. */
    THROTTLED(20),
    /** The connection is closed without an answer. */
    BROKEN(20),
    /** The right answer, late. */
    SLOW(20),
    /** 200 with a page of HTML. */
    GARBAGE(10),
    /** No answer. */
    HANGING(10),
    /** None. */
    NONE(850);

    private final int perMille;

    Fault(int perMille) {
        this.perMille = perMille;
    }

    static Fault byChance(RandomGenerator chance) {
        int drawn = chance.nextInt(1000);
        for (Fault fault : values()) {
            drawn -= fault.perMille;
            if (drawn < 0) {
                return fault;
            }
        }
        return NONE;
    }
}
