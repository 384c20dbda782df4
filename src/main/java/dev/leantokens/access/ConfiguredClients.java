package dev.leantokens.access;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;

import org.jboss.logging.Logger;

import dev.leantokens.file.FileWatch;
import dev.leantokens.tls.CallersCertificates;
import dev.leantokens.token.ScopePattern;
import dev.leantokens.token.TokenConfig;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;

/** Provides the current local clients: those of the configuration, and those of a file that is reloaded. Thread-safe. */
@ApplicationScoped
class ConfiguredClients {

    private static final Logger LOG = Logger.getLogger(ConfiguredClients.class);

    private final List<LocalClient> ofSettings;
    private final Optional<Path> file;
    private final List<ScopePattern> issued;
    private final boolean callersHaveCertificates;
    private final Vertx vertx;

    private String text = "";
    private FileWatch watch;
    private volatile LocalClients current;

    /** @throws ConfigurationException if a client is invalid; the message is for an operator and has no secret */
    @Inject
    ConfiguredClients(AccessConfig config, TokenConfig tokens, CallersCertificates certificates, Vertx vertx) {
        this(config, tokens, certificates.areRequired(), System.getenv(), vertx);
    }

    ConfiguredClients(AccessConfig config, TokenConfig tokens, boolean callersHaveCertificates,
            Map<String, String> environment, Vertx vertx) {
        this.file = config.clientsFile();
        this.issued = tokens.scopes();
        this.callersHaveCertificates = callersHaveCertificates;
        this.vertx = vertx;
        try {
            this.ofSettings = new ArrayList<>(
                    LocalClientSettings.ofVariables(environment, config.clients().keySet()));
            config.clients().forEach((id, client) -> ofSettings.add(LocalClient.of(id,
                    client.secret().map(LocalClientSettings::listOf).or(client::indexedSecrets).orElse(List.of()),
                    client.certificate(), client.scopes().orElse(List.of()), client.defaultScope())));
            if (file.isPresent()) {
                text = FileWatch.read(file.get());
            }
            this.current = load(text);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("ACCESS_CLIENTS: " + e.getMessage());
        } catch (IOException e) {
            throw new ConfigurationException(FileWatch.describe("ACCESS_CLIENTS_FILE", file.orElseThrow(), e));
        }
    }

    LocalClients current() {
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

    private LocalClients load(String fileText) {
        List<LocalClient> all = new ArrayList<>(ofSettings);
        all.addAll(LocalClientSettings.ofFile(fileText));
        all.forEach(client -> client.requireIssued(issued));
        all.forEach(this::requireCertificatesOfCallers);
        return new LocalClients(all);
    }

    private void requireCertificatesOfCallers(LocalClient client) {
        if (client.certificate().isPresent() && !callersHaveCertificates) {
            throw new IllegalArgumentException("local client " + client.id()
                    + " authenticates by certificate, but TLS_CLIENT_CA is not set, so callers present none");
        }
    }

    /** Keeps the current clients while the file is invalid or unreadable. */
    private final class FileListener implements FileWatch.Listener {

        @Override
        public void changed(String changed) {
            try {
                current = load(changed);
                int clients = current.size();
                LOG.info("The file of local clients has changed: "
                        + (clients == 1 ? "1 local client is" : clients + " local clients are") + " configured now");
            } catch (IllegalArgumentException e) {
                LOG.error("The file of local clients has changed and is invalid, keeping the current clients: "
                        + e.getMessage());
            }
        }

        @Override
        public void unreadable(IOException reason) {
            LOG.error("The file of local clients can no longer be read, keeping the current clients: " + reason);
        }
    }
}
