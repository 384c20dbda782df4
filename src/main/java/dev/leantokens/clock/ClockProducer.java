package dev.leantokens.clock;

import java.time.Clock;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The clock of everything that looks at the time, so that a test can bring its own. */
class ClockProducer {

    @Produces
    @Singleton
    Clock clock() {
        return SteadyClock.ofThisMachine();
    }
}
