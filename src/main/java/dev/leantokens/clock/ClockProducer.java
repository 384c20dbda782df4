package dev.leantokens.clock;

import java.time.Clock;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Produces the clock of all code that measures time, so that tests can replace it. */
class ClockProducer {

    @Produces
    @Singleton
    Clock clock() {
        return SteadyClock.ofThisMachine();
    }
}
