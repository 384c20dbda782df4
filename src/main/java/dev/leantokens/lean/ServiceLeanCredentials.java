package dev.leantokens.lean;

import java.io.IOException;
import java.time.Clock;
import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import org.jboss.logging.Logger;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.file.FileWatch;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.ServiceCredentials;
import dev.leantokens.token.ServiceCredentials.ServiceClient;
import dev.leantokens.token.UpstreamTokenRequest;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;

/**
 * The service's own credentials at Lean. Their secret or key is read again when its file changes, and when Lean refuses it.
 * Thread-safe.
 */
@ApplicationScoped
public class ServiceLeanCredentials implements ServiceCredentials {

    private static final Logger LOG = Logger.getLogger(ServiceLeanCredentials.class);

    private final LeanAccount account;
    private final LeanConfig config;
    private final Vertx vertx;
    private FileWatch watch;
    private volatile State state;

    /** Both belong together, so they change together. */
    private record State(Optional<ServiceClient> client, ClientAuthentication authentication) {
    }

    /** @throws ConfigurationException if the key is none; the message is for an operator */
    ServiceLeanCredentials(LeanAccount account, LeanConfig config, Vertx vertx) {
        this.account = account;
        this.config = config;
        this.vertx = vertx;
        try {
            this.state = state(account.key(), 1);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("the file that LEAN_PRIVATE_KEY_FILE names has no key that can be used: "
                    + e.getMessage());
        }
    }

    void start(@Observes StartupEvent event) {
        account.keyFile().ifPresent(file -> {
            watch = new FileWatch(vertx, file, account.key(), new FileListener());
            watch.start();
        });
    }

    void stop(@Observes ShutdownEvent event) {
        if (watch != null) {
            watch.close();
        }
    }

    @Override
    public Optional<ServiceClient> current() {
        return state.client();
    }

    /** @return how the service shows who it is now; not to be called while there are no {@link #current} credentials */
    ClientAuthentication authentication() {
        return state.authentication();
    }

    /** @return whether it is the service's own id, which Lean may tell from others without regard to case */
    boolean isOfId(String clientId) {
        return current().filter(client -> client.clientId().equalsIgnoreCase(clientId)).isPresent();
    }

    /**
     * To be called before anything else is done for a request. With the service's certificate on the connection, its id alone
     * could do, whatever the secret beside it.
     *
     * @throws TokenException if a caller names the id that is shown by certificate
     */
    void requireProof(UpstreamTokenRequest request) {
        boolean vouched = config.clientAuthentication() == ClientAuthenticationMethod.TLS_CLIENT_AUTH
                && request.callerCredentials().filter(callers -> isOfId(callers.clientId())).isPresent();
        if (vouched) {
            throw TokenError.CALLER_REFUSED.because("this id has no secret");
        }
    }

    /**
     * Lean has refused what it was shown: is there something else to show?
     *
     * @param refused the credentials that were current when Lean was asked
     * @return whether there are other ones now; never a failure
     */
    Uni<Boolean> areNewerThan(Optional<ServiceClient> refused) {
        if (watch == null || current() != refused) {
            return Uni.createFrom().item(current() != refused);
        }
        return Uni.createFrom().completionStage(() -> watch.lookNow().toCompletionStage())
                .map(looked -> current() != refused);
    }

    private State state(String key, int version) {
        return account.clientId()
                .map(id -> new State(Optional.of(new ServiceClient(id, version)), authentication(id, key)))
                .orElseGet(() -> new State(Optional.empty(), null));
    }

    private ClientAuthentication authentication(String id, String key) {
        return switch (config.clientAuthentication()) {
            case CLIENT_SECRET_POST -> always(ClientProof.post(new ClientCredentials(id, key)));
            case CLIENT_SECRET_BASIC -> always(ClientProof.basic(new ClientCredentials(id, key)));
            case TLS_CLIENT_AUTH -> always(ClientProof.certificate(id));
            case PRIVATE_KEY_JWT -> new PrivateKeyJwt(id, SigningKey.read(key, config.privateKeyId()),
                    config.assertionAudience().orElse(account.url() + "/oauth2/token"), config.assertionLifetime(),
                    Clock.systemUTC(), vertx);
        };
    }

    private static ClientAuthentication always(ClientProof proof) {
        Uni<ClientProof> item = Uni.createFrom().item(proof);
        return () -> item;
    }

    /** A file that is wrong changes nothing. */
    private final class FileListener implements FileWatch.Listener {

        private String last = account.key();

        @Override
        public void changed(String text) {
            String key = text.strip();
            if (key.equals(last)) {
                return;
            }
            last = key;
            if (key.isEmpty()) {
                LOG.error(
                        "The file with this service's secret or key for Lean has changed and is empty, the one before stays in use");
                return;
            }
            try {
                state = state(key, state.client().orElseThrow().version() + 1);
                LOG.info("The file with this service's secret or key for Lean has changed: the new one is used from now on");
            } catch (IllegalArgumentException e) {
                LOG.error(
                        "The file with this service's secret or key for Lean has changed and is wrong, the one before stays in use: "
                                + e.getMessage());
            }
        }

        @Override
        public void unreadable(IOException reason) {
            LOG.error(
                    "The file with this service's secret or key for Lean can no longer be read, the one before stays in use: "
                            + reason);
        }
    }
}
