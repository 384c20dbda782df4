package dev.leantokens.clock;

import java.time.Clock;

import dev.leantokens.testing.FakeMachine;

/** The application's clocks on a fake machine, for tests of other packages. */
public final class SteadyClocks {

    private SteadyClocks() {
    }

    public static Clock of(FakeMachine machine) {
        return new SteadyClock(machine::wall, machine::monotonicNanos);
    }

    public static Clock awake(FakeMachine machine) {
        return new AwakeClock(machine::wall, machine::monotonicNanos);
    }
}
