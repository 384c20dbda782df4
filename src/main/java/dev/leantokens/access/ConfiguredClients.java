package dev.leantokens.access;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;

import org.jboss.logging.Logger;

import dev.leantokens.file.FileWatch;
import dev.leantokens.issuer.IssuerSettings;
import dev.leantokens.issuer.TokenVerifier;
import dev.leantokens.issuer.TokenVerifiers;
import dev.leantokens.settings.SettingsCheck;
import dev.leantokens.tls.CallersCertificates;
import dev.leantokens.token.ScopePattern;
import dev.leantokens.token.TokenConfig;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;

/**
 * Provides the current local clients and trusted issuers: those of the configuration, and those of a file that is reloaded.
 * Thread-safe.
 */
@ApplicationScoped
class ConfiguredClients implements SettingsCheck {

    private static final Logger LOG = Logger.getLogger(ConfiguredClients.class);

    private final List<LocalClient> ofSettings;
    private final List<IssuerSettings> issuersOfSettings;
    private final Optional<Path> file;
    private final List<ScopePattern> issued;
    private final boolean callersHaveCertificates;
    private final Function<List<IssuerSettings>, TokenVerifier> verifiers;
    private final Vertx vertx;

    private String text = "";
    private FileWatch watch;
    private volatile KnownCallers current;

    /** @throws ConfigurationException if a client is invalid; the message is for an operator and has no secret */
    @Inject
    ConfiguredClients(AccessConfig config, TokenConfig tokens, CallersCertificates certificates, TokenVerifiers verifiers,
            Vertx vertx) {
        this(config, tokens, certificates.areRequired(), System.getenv(), verifiers::replace, vertx);
    }

    /** @param verifiers replaces the verifier of all issuers */
    ConfiguredClients(AccessConfig config, TokenConfig tokens, boolean callersHaveCertificates, Map<String, String> environment,
            Function<List<IssuerSettings>, TokenVerifier> verifiers, Vertx vertx) {
        this.file = config.clientsFile();
        this.issued = tokens.scopes();
        this.callersHaveCertificates = callersHaveCertificates;
        this.verifiers = verifiers;
        this.vertx = vertx;
        LocalClients local;
        try {
            this.ofSettings = new ArrayList<>(
                    LocalClientSettings.ofVariables(environment, config.clients().keySet()));
            config.clients().forEach((id, client) -> ofSettings.add(LocalClient.of(id,
                    client.secret().map(LocalClientSettings::listOf).or(client::indexedSecrets).orElse(List.of()),
                    client.certificate(), client.scopes().orElse(List.of()), client.defaultScope())));
            local = clientsWith(text);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("ACCESS_CLIENTS: " + e.getMessage());
        }
        if (file.isPresent()) {
            try {
                text = FileWatch.read(file.get());
                local = clientsWith(text);
            } catch (IllegalArgumentException e) {
                throw new ConfigurationException("ACCESS_CLIENTS_FILE: " + e.getMessage());
            } catch (IOException e) {
                throw new ConfigurationException(FileWatch.describe("ACCESS_CLIENTS_FILE", file.get(), e));
            }
        }
        try {
            this.issuersOfSettings = IssuerValues.ofSettings(config.issuers(), environment);
            this.current = withIssuers(local, text);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("ACCESS_ISSUERS: " + e.getMessage());
        }
    }

    /** Does nothing more than the constructor, which has checked all settings. */
    @Override
    public void check() {
        // Called, so that this bean is created before anything starts.
    }

    KnownCallers current() {
        return current;
    }

    void start(@Observes StartupEvent event) {
        file.ifPresent(path -> {
            watch = new FileWatch(vertx, path, text, new FileListener());
            watch.start();
        });
    }

    void stop(@Observes ShutdownEvent event) {
        if (watch != null) {
            watch.close();
        }
    }

    private LocalClients clientsWith(String fileText) {
        List<LocalClient> clients = new ArrayList<>(ofSettings);
        clients.addAll(LocalClientSettings.ofFile(fileText));
        clients.forEach(client -> client.requireIssued(issued));
        clients.forEach(this::requireCertificatesOfCallers);
        return new LocalClients(clients);
    }

    /** To be called last, as the keys of the issuers before are forgotten. */
    private KnownCallers withIssuers(LocalClients clients, String fileText) {
        List<IssuerSettings> issuers = new ArrayList<>(issuersOfSettings);
        issuers.addAll(IssuerValues.ofFile(LocalClientSettings.linesOf(fileText).toList()));
        issuers.forEach(issuer -> issuer.requireIssued(issued));
        IssuerValues.requireDistinctVariables(issuers);
        return new KnownCallers(clients, verifier(issuers), issuers);
    }

    /** Without issuers, nothing of their package is used. */
    private Optional<TokenVerifier> verifier(List<IssuerSettings> issuers) {
        boolean none = issuers.isEmpty();
        if (none && (current == null || current.issuers().isEmpty())) {
            return Optional.empty();
        }
        TokenVerifier verifier = verifiers.apply(issuers);
        return none ? Optional.empty() : Optional.of(verifier);
    }

    private void requireCertificatesOfCallers(LocalClient client) {
        if (client.certificate().isPresent() && !callersHaveCertificates) {
            throw new IllegalArgumentException("local client " + client.id()
                    + " authenticates by certificate, but TLS_CLIENT_CA is not set, so callers present none");
        }
    }

    /** Keeps the current clients and issuers while the file is invalid or unreadable. */
    private final class FileListener implements FileWatch.Listener {

        /** Clients of a valid file, whose issuers cannot be used yet; null otherwise. */
        private LocalClients waiting;
        private String textOfWaiting;
        private String problem;

        @Override
        public void changed(String changed) {
            waiting = null;
            problem = null;
            try {
                use(clientsWith(changed), changed);
            } catch (IllegalArgumentException e) {
                refuse(e);
            }
        }

        /** Settings of issuers name further files, which can be late: in Kubernetes, each volume changes at its own time. */
        @Override
        public void unchanged() {
            if (waiting != null) {
                use(waiting, textOfWaiting);
            }
        }

        private void use(LocalClients clients, String changed) {
            try {
                current = withIssuers(clients, changed);
                waiting = null;
                LOG.info("The file of local clients has changed: " + current.description() + " configured now");
            } catch (IllegalArgumentException e) {
                waiting = clients;
                textOfWaiting = changed;
                refuse(e);
            }
        }

        private void refuse(IllegalArgumentException reason) {
            if (!reason.getMessage().equals(problem)) {
                problem = reason.getMessage();
                LOG.error("The file of local clients has changed and is invalid, keeping the current clients and issuers: "
                        + problem);
            }
        }

        @Override
        public void unreadable(IOException reason) {
            LOG.error("The file of local clients can no longer be read, keeping the current clients and issuers: " + reason);
        }
    }
}
