package dev.leantokens.clock;

import java.time.Clock;

/** The application's clock, for benchmarks of other packages. */
public final class ApplicationClock {

    private ApplicationClock() {
    }

    public static Clock ofThisMachine() {
        return new ClockProducer().clock();
    }
}
