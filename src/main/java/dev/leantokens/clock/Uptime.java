package dev.leantokens.clock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** How long the system has been up, sleep included. Linux tells it in a file. */
class Uptime {

    private static final Path FILE = Path.of("/proc/uptime");

    /** @return milliseconds, to a hundredth of a second; empty where the system does not tell */
    OptionalLong millis() {
        try {
            String text = Files.readString(FILE);
            return OptionalLong.of(Math.round(Double.parseDouble(text.substring(0, text.indexOf(' '))) * 1000));
        } catch (IOException | RuntimeException e) {
            // Another system, or one that shows no such file to a container.
            return OptionalLong.empty();
        }
    }
}
