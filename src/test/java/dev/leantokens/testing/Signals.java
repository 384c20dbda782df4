package dev.leantokens.testing;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Signals to processes of a test. */
public final class Signals {

    private Signals() {
    }

    /** Stops the process from running, with its connections open, as a suspended machine does. */
    public static void freeze(Process process) {
        send(process, "STOP");
    }

    /** Lets the process continue. */
    public static void thaw(Process process) {
        send(process, "CONT");
    }

    private static void send(Process process, String signal) {
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
