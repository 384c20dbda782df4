package dev.leantokens.clock;

import java.util.OptionalLong;

import dev.leantokens.testing.FakeMachine;

/** The uptime of a machine that a test makes up. */
final class FakeUptime extends Uptime {

    private final FakeMachine machine;

    FakeUptime(FakeMachine machine) {
        this.machine = machine;
    }

    @Override
    OptionalLong millis() {
        return machine.tellsUptime() ? OptionalLong.of(machine.uptimeMillis()) : OptionalLong.empty();
    }
}
