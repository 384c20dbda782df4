package dev.leantokens.lean;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import dev.leantokens.token.ClientCredentials;
import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * Which Lean this service talks to, and as whom. Immutable.
 *
 * @param url the authorization host: http or https, without query, fragment and trailing slash
 * @param credentials the service's own credentials there; empty if it has none
 */
public record LeanAccount(URI url, Optional<ClientCredentials> credentials) {

    private static final int HIGHEST_PORT = 65_535;
    private static final Set<String> SCHEMES = Set.of("http", "https");

    /**
     * Reads the configuration, the secret's file included.
     *
     * @throws ConfigurationException if the configuration contradicts itself; the message is for an operator and
     *         names the variables
     */
    public static LeanAccount of(LeanConfig config) {
        URI url = config.url().map(LeanAccount::checked).orElse(config.environment().url());
        return new LeanAccount(url, credentials(config));
    }

    /** @return whether what is sent to Lean does not leave this machine, as with a stand-in or a proxy beside it */
    boolean isLocal() {
        return Set.of("localhost", "127.0.0.1", "[::1]").contains(url.getHost().toLowerCase(Locale.ROOT));
    }

    private static Optional<ClientCredentials> credentials(LeanConfig config) {
        if (config.clientSecret().isPresent() && config.clientSecretFile().isPresent()) {
            throw new ConfigurationException("LEAN_CLIENT_SECRET and LEAN_CLIENT_SECRET_FILE are both set: set one of them");
        }
        Optional<String> id = config.clientId().map(String::strip).filter(text -> !text.isEmpty());
        // White space around them comes from files and shells, and is part of neither.
        Optional<String> secret = config.clientSecret().map(String::strip).filter(text -> !text.isEmpty())
                .or(() -> config.clientSecretFile().map(LeanAccount::read));
        if (id.isPresent() && secret.isEmpty()) {
            throw new ConfigurationException(
                    "LEAN_CLIENT_ID is set without a secret: set LEAN_CLIENT_SECRET or LEAN_CLIENT_SECRET_FILE");
        }
        if (id.isEmpty() && secret.isPresent()) {
            throw new ConfigurationException("a secret of Lean is set without its id: set LEAN_CLIENT_ID");
        }
        return id.map(present -> new ClientCredentials(present, secret.orElseThrow()));
    }

    private static String read(Path file) {
        try {
            String secret = Files.readString(file).strip();
            if (secret.isEmpty()) {
                throw new ConfigurationException("the file that LEAN_CLIENT_SECRET_FILE names is empty: " + file);
            }
            return secret;
        } catch (IOException e) {
            throw new ConfigurationException("the file that LEAN_CLIENT_SECRET_FILE names cannot be read: " + e);
        }
    }

    private static URI checked(URI url) {
        boolean sound = url.getScheme() != null && SCHEMES.contains(url.getScheme().toLowerCase(Locale.ROOT))
                && url.getHost() != null && url.getRawUserInfo() == null && url.getRawQuery() == null
                && url.getRawFragment() == null && url.getPort() <= HIGHEST_PORT;
        if (!sound) {
            // Without the value: a URL can carry a password.
            throw new ConfigurationException(
                    "LEAN_URL must be http://host or https://host, with a port and a path at most");
        }
        String text = url.toString();
        return text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : url;
    }
}
