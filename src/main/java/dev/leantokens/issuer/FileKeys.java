package dev.leantokens.issuer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import org.jboss.logging.Logger;
import org.jose4j.jwk.PublicJsonWebKey;

import dev.leantokens.file.FileWatch;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;

/** Keys of a file that is reloaded when it changes. They are kept while it cannot be used. */
final class FileKeys implements KeptKeys {

    private static final Logger LOG = Logger.getLogger(FileKeys.class);

    private final String issuer;
    private final FileWatch watch;
    private final KeysMetrics metrics;
    private volatile KeySet current;
    private volatile Optional<String> problem = Optional.empty();

    /** @throws IllegalArgumentException if the file cannot be used; the message is for an operator */
    FileKeys(String issuer, Path file, Vertx vertx, KeysMetrics metrics) {
        this.issuer = issuer;
        this.metrics = metrics;
        try {
            String text = FileWatch.read(file);
            this.current = KeySet.parse(text);
            this.watch = new FileWatch(vertx, file, text, new Listener());
        } catch (IOException e) {
            throw new IllegalArgumentException("the issuer " + issuer + ": " + FileWatch.describe("jwks-file", file, e));
        } catch (KeysException e) {
            throw new IllegalArgumentException("the issuer " + issuer + ": jwks-file: " + e.getMessage());
        }
    }

    @Override
    public void start() {
        metrics.observe(this::state);
        watch.start();
    }

    @Override
    public Optional<List<PublicJsonWebKey>> current() {
        return Optional.of(current.keys());
    }

    /** Empty: what is known of the file is a second old at most. */
    @Override
    public Optional<Uni<Void>> refresh() {
        return Optional.empty();
    }

    @Override
    public KeysState state() {
        return new KeysState(issuer, current.keys().size(), Optional.empty(), problem);
    }

    @Override
    public void close() {
        watch.close();
        metrics.close();
    }

    private final class Listener implements FileWatch.Listener {

        @Override
        public void changed(String text) {
            try {
                KeySet changed = KeySet.parse(text);
                problem = Optional.empty();
                if (!changed.members().equals(current.members())) {
                    current = changed;
                    LOG.info("The file with the keys of the issuer " + issuer + " has changed, and now has "
                            + KeysLog.keys(changed.keys().size()));
                }
            } catch (KeysException e) {
                problem = Optional.of(e.getMessage());
                LOG.error("The file with the keys of the issuer " + issuer + " has changed and is invalid, keeping the current "
                        + "keys: " + e.getMessage());
            }
        }

        @Override
        public void readableAgain() {
            problem = Optional.empty();
        }

        @Override
        public void unreadable(IOException reason) {
            problem = Optional.of("its file can no longer be read");
            LOG.error("The file with the keys of the issuer " + issuer + " can no longer be read, keeping the current keys: "
                    + reason);
        }
    }
}
