package dev.leantokens.lean;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Where Lean is, how the service authenticates to it, and how calls to it are limited. */
@ConfigMapping(prefix = "lean")
public interface LeanConfig {

    /** Lean's environments with the URL of each authorization server, and the stand-in. */
    enum Environment {
        PRODUCTION_UAE("https://auth.leantech.me"),
        PRODUCTION_KSA("https://auth.sa.leantech.me"),
        SANDBOX_UAE("https://auth.sandbox.leantech.me"),
        SANDBOX_KSA("https://auth.sandbox.sa.leantech.me"),
        /** A stand-in for Lean inside this process, for trials without an account. Its tokens grant no access. */
        STAND_IN(null);

        private final Optional<URI> url;

        Environment(String url) {
            this.url = Optional.ofNullable(url).map(URI::create);
        }

        /** @return the authorization host, without a path; empty for the stand-in, whose port is only known once it runs */
        public Optional<URI> url() {
            return url;
        }

        /** @return the value as it is configured */
        String configuredName() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** The client authentication methods of RFC 6749 §2.3.1, RFC 7523 and RFC 8705, by their registered names. */
    enum ClientAuthentication {
        /** The secret is a member of the form. */
        CLIENT_SECRET_POST,
        /** The secret is in the {@code Authorization} header, by HTTP Basic. */
        CLIENT_SECRET_BASIC,
        /** A key signs an assertion for each call; no secret is sent. */
        PRIVATE_KEY_JWT,
        /** The client certificate of the connection is the only proof. */
        TLS_CLIENT_AUTH;

        /** @return the value as it is configured */
        String configuredName() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** The environment of Lean that issues the tokens. */
    @WithDefault("production-uae")
    Environment environment();

    /** The URL of an authorization host that replaces the environment's. Plain http is only used if the URL says http. */
    Optional<String> url();

    /** The service's client id: the Application ID of Lean's dashboard. */
    Optional<String> clientId();

    /** The secret for the client id. */
    Optional<String> clientSecret();

    /** A file with the secret, instead of the secret. Surrounding white space is dropped. */
    Optional<Path> clientSecretFile();

    /**
     * How the service authenticates to Lean (RFC 6749 §2.3). Callers' credentials are sent by HTTP Basic if this is
     * client-secret-basic, and in the form otherwise.
     */
    @WithDefault("client-secret-post")
    ClientAuthentication clientAuthentication();

    /** A file with the key for private-key-jwt: a JWK, or PEM with an unencrypted PKCS#8 key; RSA or the curve P-256. */
    Optional<Path> privateKeyFile();

    /** The key id by which Lean finds the public key, if the key file has none. */
    Optional<String> privateKeyId();

    /** The audience of assertions. Default: the URL of the token endpoint. */
    Optional<String> assertionAudience();

    /** The lifetime of an assertion. */
    @WithDefault("60s")
    Duration assertionLifetime();

    /** A forward proxy for calls to Lean, as http://host:port. It tunnels (CONNECT) if Lean's URL is https. */
    Optional<String> proxyUrl();

    /** The user name for the proxy, if it requires authentication. */
    Optional<String> proxyUsername();

    /** The password for the proxy's user name. */
    Optional<String> proxyPassword();

    /** The time limit for opening a connection to Lean. */
    @WithDefault("1s")
    Duration connectTimeout();

    /** The time limit for one call, from its start to the last byte of the response. */
    @WithDefault("3s")
    Duration requestTimeout();

    /** The number of calls to Lean for one client id that may be in progress or have ended within the last minute. */
    @WithDefault("60")
    int requestsPerMinute();

    /** The number of attempts for one token, if the failures may be temporary. */
    @WithDefault("3")
    int maxAttempts();

    /** The longest wait before the second attempt. It doubles with each further attempt. */
    @WithDefault("200ms")
    Duration retryDelay();

    /** The time limit for all attempts together. An attempt that could exceed it is not started. */
    @WithDefault("10s")
    Duration deadline();

    /** The number of latest calls that the breaker considers. */
    @WithDefault("10")
    int breakerRequestVolume();

    /** The ratio of failed calls among them that opens the breaker. */
    @WithDefault("0.5")
    double breakerFailureRatio();

    /** How long the breaker stays open before it lets one call through as a probe. */
    @WithDefault("5s")
    Duration breakerDelay();

    /** Whether calls to Lean have the headers of W3C Trace Context, if traces are exported. */
    @WithDefault("true")
    boolean sendTraceContext();

    /** The longest response that is read. Lean's own are about 1 KiB. */
    @WithDefault("64K")
    MemorySize maxResponseSize();

    /** The maximum number of open connections to Lean. */
    @WithDefault("100")
    int maxConnections();

    /** How long a connection is used. New connections follow changes of Lean's addresses. */
    @WithDefault("5m")
    Duration connectionLifetime();

    /** How long an idle connection stays open; choose less than the gateways in front of Lean allow. */
    @WithDefault("30s")
    Duration connectionIdleTime();
}
