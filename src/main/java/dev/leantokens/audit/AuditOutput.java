package dev.leantokens.audit;

import java.io.IOException;
import java.nio.ByteBuffer;

import dev.leantokens.log.StandardOutput;

/** The standard output, between the lines of the log. Not thread-safe. */
final class AuditOutput implements AuditTarget {

    private final StandardOutput output;

    AuditOutput(StandardOutput output) {
        this.output = output;
    }

    @Override
    public void write(ByteBuffer lines) throws IOException {
        output.write(lines);
    }

    @Override
    public String name() {
        return "the standard output";
    }
}
