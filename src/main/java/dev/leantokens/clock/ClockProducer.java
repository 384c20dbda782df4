package dev.leantokens.clock;

import java.time.Clock;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Produces the clocks of all code that measures time, so that tests can replace them. */
class ClockProducer {

    @Produces
    @Singleton
    Clock clock() {
        return SteadyClock.ofThisMachine();
    }

    @Produces
    @Singleton
    @Awake
    Clock awakeClock() {
        return AwakeClock.ofThisMachine();
    }
}
