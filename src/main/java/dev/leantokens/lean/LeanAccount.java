package dev.leantokens.lean;

import static dev.leantokens.settings.SettingRule.HIGHEST_PORT;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

import dev.leantokens.file.FileWatch;
import dev.leantokens.settings.LoopbackHost;
import dev.leantokens.token.ClientCredentials;
import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * Which Lean this service talks to, and as whom, as it was at the start. Immutable.
 *
 * @param url the authorization host: http or https, without query, fragment and trailing slash
 * @param clientId the service's own client id there; empty if it has none
 * @param key the secret, or the private key as text; empty if the client shows itself by its certificate, or there is none
 * @param keyFile where the key was read, and is read again; empty if it was configured itself
 */
public record LeanAccount(URI url, Optional<String> clientId, String key, Optional<Path> keyFile) {

    private static final Set<String> SCHEMES = Set.of("http", "https");
    private static final String NO_KEY = "";

    /** Paths of the endpoints below the authorization host, as people copy them. */
    private static final Pattern ENDPOINT = Pattern.compile(
            ".*/(oauth2/+token|\\.well-known/+(oauth-authorization-server|openid-configuration))/*", Pattern.CASE_INSENSITIVE);

    /**
     * Reads the configuration, and the file of the secret or the key.
     *
     * @throws ConfigurationException if the configuration contradicts itself; the message is for an operator and
     *         names the variables
     */
    public static LeanAccount of(LeanConfig config) {
        URI url = config.url().map(LeanAccount::checked).orElseGet(() -> config.environment().url().orElseThrow());
        Optional<String> id = config.clientId().map(String::strip).filter(text -> !text.isEmpty());
        return switch (config.clientAuthentication()) {
            case CLIENT_SECRET_POST, CLIENT_SECRET_BASIC -> withSecret(url, id, config);
            case PRIVATE_KEY_JWT -> withPrivateKey(url, id, config);
            case TLS_CLIENT_AUTH -> withCertificate(url, id, config);
        };
    }

    /** @return an account with a secret that does not change */
    public static LeanAccount of(URI url, ClientCredentials credentials) {
        return new LeanAccount(url, Optional.of(credentials.clientId()), credentials.clientSecret(), Optional.empty());
    }

    /** @return whether what is sent to Lean does not leave this machine, as with a stand-in or a proxy beside it */
    boolean isLocal() {
        return LoopbackHost.isLoopback(url.getHost());
    }

    boolean isEncrypted() {
        return url.getScheme().equals("https");
    }

    private static LeanAccount withSecret(URI url, Optional<String> id, LeanConfig config) {
        refuse(config.privateKeyFile(), "LEAN_PRIVATE_KEY_FILE", config);
        if (config.clientSecret().isPresent() && config.clientSecretFile().isPresent()) {
            throw new ConfigurationException("LEAN_CLIENT_SECRET and LEAN_CLIENT_SECRET_FILE are both set: set one of them");
        }
        // White space around it comes from files and shells, and is no part of it.
        Optional<String> secret = config.clientSecret().map(String::strip).filter(text -> !text.isEmpty())
                .or(() -> config.clientSecretFile().map(file -> read(file, "LEAN_CLIENT_SECRET_FILE")));
        if (id.isPresent() && secret.isEmpty()) {
            throw new ConfigurationException(
                    "LEAN_CLIENT_ID is set without a secret: set LEAN_CLIENT_SECRET or LEAN_CLIENT_SECRET_FILE");
        }
        if (id.isEmpty() && secret.isPresent()) {
            throw new ConfigurationException("a secret of Lean is set without its id: set LEAN_CLIENT_ID");
        }
        return new LeanAccount(url, id, secret.orElse(NO_KEY), config.clientSecretFile());
    }

    private static LeanAccount withPrivateKey(URI url, Optional<String> id, LeanConfig config) {
        refuse(config.clientSecret(), "LEAN_CLIENT_SECRET", config);
        refuse(config.clientSecretFile(), "LEAN_CLIENT_SECRET_FILE", config);
        if (id.isEmpty() || config.privateKeyFile().isEmpty()) {
            throw new ConfigurationException("LEAN_CLIENT_AUTHENTICATION=private-key-jwt needs LEAN_CLIENT_ID and "
                    + "LEAN_PRIVATE_KEY_FILE");
        }
        Path file = config.privateKeyFile().get();
        return new LeanAccount(url, id, read(file, "LEAN_PRIVATE_KEY_FILE"), Optional.of(file));
    }

    private static LeanAccount withCertificate(URI url, Optional<String> id, LeanConfig config) {
        refuse(config.clientSecret(), "LEAN_CLIENT_SECRET", config);
        refuse(config.clientSecretFile(), "LEAN_CLIENT_SECRET_FILE", config);
        refuse(config.privateKeyFile(), "LEAN_PRIVATE_KEY_FILE", config);
        if (id.isEmpty()) {
            throw new ConfigurationException("LEAN_CLIENT_AUTHENTICATION=tls-client-auth needs LEAN_CLIENT_ID");
        }
        return new LeanAccount(url, id, NO_KEY, Optional.empty());
    }

    /** What is set and not used would mislead whoever reads the configuration. */
    private static void refuse(Optional<?> setting, String variable, LeanConfig config) {
        if (setting.isPresent()) {
            throw new ConfigurationException(variable + " is set, but LEAN_CLIENT_AUTHENTICATION is "
                    + config.clientAuthentication().configuredName()
                    + ", which has no use for it");
        }
    }

    private static String read(Path file, String variable) {
        try {
            String text = FileWatch.read(file).strip();
            if (text.isEmpty()) {
                throw new ConfigurationException("the file that " + variable + " names is empty: " + file);
            }
            return text;
        } catch (IOException e) {
            throw new ConfigurationException("the file that " + variable + " names cannot be read: " + e);
        }
    }

    private static URI checked(String text) {
        URI url = uri(text.strip());
        boolean sound = url != null && url.getScheme() != null && SCHEMES.contains(url.getScheme().toLowerCase(Locale.ROOT))
                && url.getHost() != null && url.getRawUserInfo() == null && url.getRawQuery() == null
                && url.getRawFragment() == null && url.getPort() <= HIGHEST_PORT;
        if (!sound) {
            // Without the value: a URL can carry a password.
            throw new ConfigurationException(
                    "LEAN_URL must be http://host or https://host, with a port and a path at most");
        }
        if (ENDPOINT.matcher(url.normalize().getPath()).matches()) {
            throw new ConfigurationException("LEAN_URL must be the authorization host: leave out the path of its endpoint, "
                    + "which this service adds");
        }
        // A scheme has no case (RFC 3986 §3.1), but the HTTP client takes any other than https for one without TLS.
        String scheme = url.getScheme().toLowerCase(Locale.ROOT);
        return URI.create(scheme + url.toString().substring(scheme.length()).replaceFirst("/+$", ""));
    }

    /** @return null if it is none */
    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            // Without it: it quotes the text.
            return null;
        }
    }

    /** Neither the id nor the key. */
    @Override
    public String toString() {
        return "LeanAccount[" + url + "]";
    }
}
