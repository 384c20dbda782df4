package dev.leantokens.clock;

import java.time.Clock;

import dev.leantokens.testing.FakeMachine;

/** Gives the tests of other packages the application's clock on a machine that they make up. */
public final class SteadyClocks {

    private SteadyClocks() {
    }

    public static Clock of(FakeMachine machine) {
        return new SteadyClock(machine::wall, machine::monotonicNanos, new FakeUptime(machine));
    }
}
