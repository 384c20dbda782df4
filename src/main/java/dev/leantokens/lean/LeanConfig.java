package dev.leantokens.lean;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Where Lean is and how it is asked. */
@ConfigMapping(prefix = "lean")
public interface LeanConfig {

    /** The environment of Lean that tokens come from. */
    @WithDefault("production-uae")
    LeanEnvironment environment();

    /** An authorization host instead of the environment's, as a URL. Plain http only where it says http. */
    Optional<String> url();

    /** The service's own client id: the Application ID of Lean's dashboard. */
    Optional<String> clientId();

    /** The secret that belongs to the client id. */
    Optional<String> clientSecret();

    /** A file with the secret, instead of the secret. White space around it is dropped. */
    Optional<Path> clientSecretFile();

    /**
     * How the service authenticates to Lean (RFC 6749 §2.3). Callers' own credentials go by the form unless it is by HTTP
     * Basic.
     */
    @WithDefault("client-secret-post")
    ClientAuthenticationMethod clientAuthentication();

    /** A file with the key for private-key-jwt: a JWK, or PEM with an unencrypted PKCS#8 key; of RSA or of the curve P-256. */
    Optional<Path> privateKeyFile();

    /** The id by which Lean finds the public key, where the key has none of its own. */
    Optional<String> privateKeyId();

    /** Who assertions are for. The token endpoint's URL if it is not set. */
    Optional<String> assertionAudience();

    /** How long an assertion can be used. */
    @WithDefault("60s")
    Duration assertionLifetime();

    /** A proxy on the way to Lean, as http://host:port; its tunnel (CONNECT) is used where Lean's URL is https. */
    Optional<String> proxyUrl();

    /** The name that the proxy wants, if it wants one. */
    Optional<String> proxyUsername();

    /** The password that belongs to it. */
    Optional<String> proxyPassword();

    /** How long a connection to Lean may take to open. */
    @WithDefault("1s")
    Duration connectTimeout();

    /** How long a call may take, from its start until the answer is there in full. */
    @WithDefault("3s")
    Duration requestTimeout();

    /** How many calls to Lean may be under way or have ended within the last minute, for one client of Lean. */
    @WithDefault("60")
    int requestsPerMinute();

    /** How often Lean is asked for one token, if what it fails with may be over soon. */
    @WithDefault("3")
    int maxAttempts();

    /** How long is waited before the second attempt at most; doubled for each further one. */
    @WithDefault("200ms")
    Duration retryDelay();

    /** How long all attempts may take together. One that could not end within it is not begun. */
    @WithDefault("10s")
    Duration deadline();

    /** The number of calls of which the breaker looks at the last. */
    @WithDefault("10")
    int breakerRequestVolume();

    /** The part of these calls that must have failed for the breaker to open. */
    @WithDefault("0.5")
    double breakerFailureRatio();

    /** How long the breaker stays open before one call is let through to see whether Lean is back. */
    @WithDefault("5s")
    Duration breakerDelay();

    /** The longest answer that is read. Lean's own are about 1 KiB. */
    @WithDefault("64K")
    MemorySize maxResponseSize();

    /** The largest number of connections to Lean that are open at a time. */
    @WithDefault("100")
    int maxConnections();

    /** How long a connection is used. After that a new one goes to where Lean's name leads by then. */
    @WithDefault("5m")
    Duration connectionLifetime();

    /** How long a connection is kept open that is not used; less than what is in front of Lean keeps it. */
    @WithDefault("30s")
    Duration connectionIdleTime();
}
