package dev.leantokens.testing;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Hears what is logged in this process under one name. */
public final class LogLines implements AutoCloseable {

    private final List<Line> lines = new CopyOnWriteArrayList<>();
    private final Logger logger;
    private final Handler handler = new Handler() {

        @Override
        public void publish(LogRecord line) {
            lines.add(Line.of(line));
        }

        @Override
        public void flush() {
            // Nothing is kept back.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    };

    /** @param stack empty if there is none */
    public record Line(String level, String message, String stack) {

        private static Line of(LogRecord line) {
            Object[] parameters = line.getParameters();
            StringWriter stack = new StringWriter();
            if (line.getThrown() != null) {
                line.getThrown().printStackTrace(new PrintWriter(stack));
            }
            return new Line(line.getLevel().getName(),
                    parameters == null ? line.getMessage() : String.format(line.getMessage(), parameters), stack.toString());
        }
    }

    private LogLines(String name) {
        logger = Logger.getLogger(name);
        logger.addHandler(handler);
    }

    public static LogLines of(String name) {
        return new LogLines(name);
    }

    /** @return what has been logged since */
    public List<Line> lines() {
        return lines;
    }

    @Override
    public void close() {
        logger.removeHandler(handler);
    }
}
