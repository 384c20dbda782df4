package dev.leantokens.lean;

import static dev.leantokens.settings.SettingRule.HIGHEST_PORT;
import static dev.leantokens.settings.SettingRule.require;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

import dev.leantokens.file.FileWatch;
import dev.leantokens.settings.LoopbackHost;
import dev.leantokens.token.ClientCredentials;
import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * The service's account at Lean, as of the start. Immutable.
 *
 * @param url the authorization host: http or https, without query, fragment and trailing slash
 * @param clientId the service's client id; empty without one
 * @param key the secret, or the private key as text; empty without a client id or with a client certificate
 * @param keyFile the file that the key was read from, and is reloaded from; empty if the key was configured directly
 */
public record LeanAccount(URI url, Optional<String> clientId, String key, Optional<Path> keyFile) {

    private static final Set<String> SCHEMES = Set.of("http", "https");
    private static final String NO_KEY = "";

    /** Paths of endpoints below the authorization host that may be copied by mistake. */
    private static final Pattern ENDPOINT = Pattern.compile(
            ".*/(oauth2/+token|\\.well-known/+(oauth-authorization-server|openid-configuration))/*", Pattern.CASE_INSENSITIVE);

    /**
     * Reads the settings and the file of the secret or the key.
     *
     * @throws ConfigurationException if settings contradict each other; the message is for an operator and names the variables
     */
    public static LeanAccount of(LeanConfig config) {
        URI url = url(config).orElseThrow();
        Optional<String> id = config.clientId().map(String::strip).filter(text -> !text.isEmpty());
        return switch (config.clientAuthentication()) {
            case CLIENT_SECRET_POST, CLIENT_SECRET_BASIC -> withSecret(url, id, config);
            case PRIVATE_KEY_JWT -> withPrivateKey(url, id, config);
            case TLS_CLIENT_AUTH -> withCertificate(url, id, config);
        };
    }

    /**
     * @return the authorization host; empty for the stand-in, unless its URL is set
     * @throws ConfigurationException if it is invalid; the message is for an operator
     */
    public static Optional<URI> url(LeanConfig config) {
        return config.url().map(LeanAccount::checked).or(() -> config.environment().url());
    }

    /** @return an account with a fixed secret */
    public static LeanAccount of(URI url, ClientCredentials credentials) {
        return new LeanAccount(url, Optional.of(credentials.clientId()), credentials.clientSecret(), Optional.empty());
    }

    /** @return whether calls stay on this machine, as with the stand-in or a sidecar proxy */
    boolean isLocal() {
        return LoopbackHost.isLoopback(url.getHost());
    }

    boolean isEncrypted() {
        return url.getScheme().equals("https");
    }

    /** @return a number that is equal for the same URL and client id, ignoring case as the budget does, and tells neither */
    long fingerprint() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest((url + " " + clientId.orElse("").toLowerCase(Locale.ROOT)).getBytes(StandardCharsets.UTF_8));
            return Integer.toUnsignedLong(ByteBuffer.wrap(digest).getInt());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static LeanAccount withSecret(URI url, Optional<String> id, LeanConfig config) {
        refuse(config.privateKeyFile(), "LEAN_PRIVATE_KEY_FILE", config);
        require(config.clientSecret().isEmpty() || config.clientSecretFile().isEmpty(),
                "LEAN_CLIENT_SECRET and LEAN_CLIENT_SECRET_FILE are both set: set one of them");
        // Surrounding white space comes from files and shells, and is not part of a secret.
        Optional<String> secret = config.clientSecret().map(String::strip).filter(text -> !text.isEmpty())
                .or(() -> config.clientSecretFile().map(file -> read(file, "LEAN_CLIENT_SECRET_FILE")));
        require(id.isEmpty() || secret.isPresent(),
                "LEAN_CLIENT_ID is set without a secret: set LEAN_CLIENT_SECRET or LEAN_CLIENT_SECRET_FILE");
        require(id.isPresent() || secret.isEmpty(), "a client secret is set without LEAN_CLIENT_ID: set both");
        return new LeanAccount(url, id, secret.orElse(NO_KEY), config.clientSecretFile());
    }

    private static LeanAccount withPrivateKey(URI url, Optional<String> id, LeanConfig config) {
        refuse(config.clientSecret(), "LEAN_CLIENT_SECRET", config);
        refuse(config.clientSecretFile(), "LEAN_CLIENT_SECRET_FILE", config);
        require(id.isPresent() && config.privateKeyFile().isPresent(),
                "LEAN_CLIENT_AUTHENTICATION=private-key-jwt needs LEAN_CLIENT_ID and LEAN_PRIVATE_KEY_FILE");
        Path file = config.privateKeyFile().get();
        return new LeanAccount(url, id, read(file, "LEAN_PRIVATE_KEY_FILE"), Optional.of(file));
    }

    private static LeanAccount withCertificate(URI url, Optional<String> id, LeanConfig config) {
        refuse(config.clientSecret(), "LEAN_CLIENT_SECRET", config);
        refuse(config.clientSecretFile(), "LEAN_CLIENT_SECRET_FILE", config);
        refuse(config.privateKeyFile(), "LEAN_PRIVATE_KEY_FILE", config);
        require(id.isPresent(), "LEAN_CLIENT_AUTHENTICATION=tls-client-auth needs LEAN_CLIENT_ID");
        return new LeanAccount(url, id, NO_KEY, Optional.empty());
    }

    /** Refuses a setting that the authentication method ignores, which would mislead readers of the configuration. */
    private static void refuse(Optional<?> setting, String variable, LeanConfig config) {
        require(setting.isEmpty(), variable + " is set, but LEAN_CLIENT_AUTHENTICATION is "
                + config.clientAuthentication().configuredName() + ", which does not use it");
    }

    private static String read(Path file, String variable) {
        try {
            String text = FileWatch.read(file).strip();
            require(!text.isEmpty(), "the file that " + variable + " names is empty: " + file);
            return text;
        } catch (IOException e) {
            throw new ConfigurationException(FileWatch.describe(variable, file, e));
        }
    }

    private static URI checked(String text) {
        URI url = uri(text.strip());
        boolean valid = url != null && url.getScheme() != null && SCHEMES.contains(url.getScheme().toLowerCase(Locale.ROOT))
                && url.getHost() != null && url.getRawUserInfo() == null && url.getRawQuery() == null
                && url.getRawFragment() == null && url.getPort() != 0 && url.getPort() <= HIGHEST_PORT;
        // The message does not quote the value, since a URL can contain a password.
        require(valid, "LEAN_URL must be http://host or https://host, optionally with a port and a path");
        require(!ENDPOINT.matcher(url.normalize().getPath()).matches(),
                "LEAN_URL must be the authorization host: remove the path of the endpoint, which this service adds");
        // Schemes are case-insensitive (RFC 3986 §3.1), but the HTTP client only uses TLS for "https" in lower case.
        String scheme = url.getScheme().toLowerCase(Locale.ROOT);
        return URI.create(scheme + url.toString().substring(scheme.length()).replaceFirst("/+$", ""));
    }

    /** @return null if the text is not a URI */
    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            // Not used as a cause, since it quotes the text.
            return null;
        }
    }

    /** Leaves out the id and the key. */
    @Override
    public String toString() {
        return "LeanAccount[" + url + "]";
    }
}
