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
 * The service's credentials at Lean. Their secret or key is reloaded when its file changes, and when Lean refuses it.
 * Thread-safe.
 */
@ApplicationScoped
class ServiceLeanCredentials implements ServiceCredentials {

    private static final Logger LOG = Logger.getLogger(ServiceLeanCredentials.class);
    private static final String FILE = "The file with this service's secret or key for Lean ";

    private final LeanAccount account;
    private final LeanConfig config;
    private final Vertx vertx;
    private FileWatch watch;
    private volatile State state;

    /** @param proof what to send with a call, created for each subscription; null without a client */
    private record State(Optional<ServiceClient> client, Uni<ClientProof> proof) {
    }

    /** @throws ConfigurationException if the key is unusable; the message is for an operator */
    ServiceLeanCredentials(LeanAccount account, LeanConfig config, Vertx vertx) {
        this.account = account;
        this.config = config;
        this.vertx = vertx;
        try {
            this.state = state(account.key());
        } catch (IllegalArgumentException e) {
            throw unusableKey(e);
        }
    }

    /** @throws ConfigurationException as the constructor */
    static void checkKey(LeanAccount account, LeanConfig config) {
        if (config.clientAuthentication() == LeanConfig.ClientAuthentication.PRIVATE_KEY_JWT) {
            try {
                SigningKey.read(account.key(), config.privateKeyId());
            } catch (IllegalArgumentException e) {
                throw unusableKey(e);
            }
        }
    }

    private static ConfigurationException unusableKey(IllegalArgumentException reason) {
        return new ConfigurationException(
                "the file that LEAN_PRIVATE_KEY_FILE names has no usable key: " + reason.getMessage());
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

    /** @return the proof to send with one call; never blocks. Only for a service with {@link #current} credentials. */
    Uni<ClientProof> proof() {
        return state.proof();
    }

    /** @return whether an id is the service's, ignoring case, since Lean may ignore it */
    private boolean hasClientId(String clientId) {
        return current().filter(client -> client.clientId().equalsIgnoreCase(clientId)).isPresent();
    }

    /**
     * Refuses callers that send the service's client id while the certificate of the connection proves it: Lean may accept the
     * id with any secret. To be called first for each request.
     *
     * @throws TokenException if the request is refused
     */
    void refuseIdProvedByCertificate(UpstreamTokenRequest request) {
        if (config.clientAuthentication() == LeanConfig.ClientAuthentication.TLS_CLIENT_AUTH
                && request.callerCredentials().filter(callers -> hasClientId(callers.clientId())).isPresent()) {
            throw TokenError.CALLER_REFUSED.because("this id has no secret");
        }
    }

    /**
     * Reloads the file of the secret or key that Lean refused, unless it has been replaced already.
     *
     * @param refused the credentials that were current when the call was made
     * @return whether the current credentials are other ones; never a failure
     */
    Uni<Boolean> reloadIfUnchanged(Optional<ServiceClient> refused) {
        if (watch == null || current() != refused) {
            return Uni.createFrom().item(current() != refused);
        }
        return Uni.createFrom().completionStage(() -> watch.pollNow().toCompletionStage())
                .map(reloaded -> current() != refused);
    }

    private State state(String key) {
        return account.clientId().map(id -> new State(Optional.of(ServiceClient.of(id, key)), proof(id, key)))
                .orElseGet(() -> new State(Optional.empty(), null));
    }

    private Uni<ClientProof> proof(String id, String key) {
        return switch (config.clientAuthentication()) {
            case CLIENT_SECRET_POST -> Uni.createFrom().item(ClientProof.post(new ClientCredentials(id, key)));
            case CLIENT_SECRET_BASIC -> Uni.createFrom().item(ClientProof.basic(new ClientCredentials(id, key)));
            case TLS_CLIENT_AUTH -> Uni.createFrom().item(ClientProof.certificate(id));
            case PRIVATE_KEY_JWT -> PrivateKeyJwt.proof(id, SigningKey.read(key, config.privateKeyId()),
                    config.assertionAudience().orElse(account.url() + "/oauth2/token"), config.assertionLifetime(),
                    Clock.systemUTC(), vertx);
        };
    }

    /** Replaces the credentials. An unusable file changes nothing. */
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
                LOG.error(FILE + "has changed and is empty; keeping the current one");
                return;
            }
            try {
                state = state(key);
                LOG.info(FILE + "has changed; using the new one from now on");
            } catch (IllegalArgumentException e) {
                LOG.error(FILE + "has changed and is unusable; keeping the current one: " + e.getMessage());
            }
        }

        @Override
        public void unreadable(IOException reason) {
            LOG.error(FILE + "can no longer be read; keeping the current one: " + reason);
        }
    }
}
