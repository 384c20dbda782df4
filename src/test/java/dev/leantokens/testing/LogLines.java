package dev.leantokens.testing;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Records the lines of one logger in this process. */
public final class LogLines implements AutoCloseable {

    private final List<Line> lines = new CopyOnWriteArrayList<>();
    private final Logger logger;
    /** The only thread whose lines are recorded; null for all threads. */
    private final Thread thread;
    private final Handler handler = new Handler() {

        @Override
        public void publish(LogRecord line) {
            if (thread == null || thread == Thread.currentThread()) {
                lines.add(Line.of(line));
            }
        }

        @Override
        public void flush() {
            // Nothing is buffered.
        }

        @Override
        public void close() {
            // Nothing to close.
        }
    };

    /** @param stack the stack trace; empty without an exception */
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

    private LogLines(String name, Thread thread) {
        this.thread = thread;
        logger = Logger.getLogger(name);
        logger.addHandler(handler);
    }

    public static LogLines of(String name) {
        return new LogLines(name, null);
    }

    /** Excludes the lines of an application that another test class started in this process. */
    public static LogLines ofThisThread(String name) {
        return new LogLines(name, Thread.currentThread());
    }

    /** @return the lines since this object was created */
    public List<Line> lines() {
        return lines;
    }

    @Override
    public void close() {
        logger.removeHandler(handler);
    }
}
