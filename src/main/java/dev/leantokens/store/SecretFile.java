package dev.leantokens.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;

import org.jboss.logging.Logger;

import dev.leantokens.file.FileWatch;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;

/**
 * A secret in a file, which is read again when the file changes. A content that is unusable changes nothing. Thread-safe.
 *
 * @param <T> what the content is parsed to
 */
final class SecretFile<T> implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(SecretFile.class);

    private final String variable;
    private final Function<String, T> parse;
    private final Function<T, String> describe;
    private final Path file;
    private final FileWatch watch;
    private volatile T current;

    /** As the other constructor, with content that cannot be described. */
    SecretFile(Vertx vertx, String variable, Path file, Function<String, T> parse) {
        this(vertx, variable, file, parse, content -> "");
    }

    /**
     * Reads the file.
     *
     * @param variable the setting that names the file
     * @param parse fails with an {@link IllegalArgumentException}, whose message is for an operator and has no secret
     * @param describe describes what is read, with no secret; can be empty
     * @throws ConfigurationException if the file is unusable; the message is for an operator
     */
    SecretFile(Vertx vertx, String variable, Path file, Function<String, T> parse, Function<T, String> describe) {
        this.variable = variable;
        this.file = file;
        this.describe = describe;
        this.parse = parse;
        String text = read(variable, file);
        this.current = parse(variable, text, parse);
        this.watch = new FileWatch(vertx, file, text, new Listener());
    }

    /** @throws ConfigurationException as the constructor */
    static void check(String variable, Path file, Function<String, ?> parse) {
        parse(variable, read(variable, file), parse);
    }

    private static String read(String variable, Path file) {
        try {
            return FileWatch.read(file);
        } catch (IOException e) {
            throw new ConfigurationException(FileWatch.describe(variable, file, e));
        }
    }

    private static <T> T parse(String variable, String text, Function<String, T> parse) {
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("the file that " + variable + " names is unusable: " + e.getMessage());
        }
    }

    /** Starts to look for changes. To be called once. */
    void start() {
        watch.start();
    }

    T current() {
        return current;
    }

    @Override
    public void close() {
        watch.close();
    }

    private final class Listener implements FileWatch.Listener {

        @Override
        public void changed(String text) {
            try {
                T next = parse.apply(text);
                if (!next.equals(current)) {
                    current = next;
                    LOG.info("The file that " + variable + " names has changed; using the new content from now on"
                            + describe.apply(next));
                }
            } catch (IllegalArgumentException e) {
                LOG.error("The file that " + variable + " names has changed and is unusable; keeping the current content: "
                        + e.getMessage());
            }
        }

        @Override
        public void unreadable(IOException reason) {
            LOG.error(variable + " can no longer be read; keeping the current content: "
                    + FileWatch.describe(variable, file, reason));
        }
    }
}
