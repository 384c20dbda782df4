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
    /** What is wrong with the content of the file as it was last read. */
    private volatile Optional<String> flaw = Optional.empty();
    private volatile boolean readable = true;

    /** @throws IllegalArgumentException if the file cannot be used; the message is for an operator */
    FileKeys(String issuer, Path file, Vertx vertx, KeysMetrics metrics) {
        this.issuer = issuer;
        this.metrics = metrics;
        try {
            String text = FileWatch.read(file);
            this.current = KeySet.parse(text);
            this.watch = new FileWatch(vertx, file, text, new Listener());
        } catch (IOException e) {
            throw new IllegalArgumentException("issuer " + issuer + " cannot be used: "
                    + FileWatch.describe("jwks-file", file, e));
        } catch (KeysException e) {
            throw new IllegalArgumentException("issuer " + issuer + " has a jwks-file that cannot be used: "
                    + e.getMessage());
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

    /** Does not read the file: what is known of it is a second old at most. */
    @Override
    public Optional<Uni<Void>> refresh(Optional<List<PublicJsonWebKey>> seen) {
        return IssuerKeys.same(seen, current()) ? Optional.empty() : Optional.of(Uni.createFrom().voidItem());
    }

    @Override
    public KeysState state() {
        return new KeysState(issuer, current.keys().size(), Optional.empty(),
                readable ? flaw : Optional.of("its file can no longer be read"));
    }

    @Override
    public void close() {
        watch.close();
        metrics.close();
    }

    private final class Listener implements FileWatch.Listener {

        @Override
        public void changed(String text) {
            readable = true;
            try {
                KeySet changed = KeySet.parse(text);
                flaw = Optional.empty();
                if (!changed.hasKeysOf(current)) {
                    current = changed;
                    LOG.info("The file with the keys of the issuer " + issuer + " has changed, and now has "
                            + KeysLog.keys(changed.keys().size()));
                }
            } catch (KeysException e) {
                flaw = Optional.of("its file is invalid");
                LOG.error("The file with the keys of the issuer " + issuer + " has changed and is invalid, keeping the current "
                        + "keys: " + e.getMessage());
            }
        }

        @Override
        public void readableAgain() {
            readable = true;
        }

        @Override
        public void unreadable(IOException reason) {
            readable = false;
            LOG.error("The file with the keys of the issuer " + issuer + " can no longer be read, keeping the current keys: "
                    + reason);
        }
    }
}
