package dev.leantokens.lean;

import java.net.URI;
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

    /** An authorization host instead of the environment's. Plain http only where it says http. */
    Optional<URI> url();

    /** The service's own client id: the Application ID of Lean's dashboard. */
    Optional<String> clientId();

    /** The secret that belongs to the client id. */
    Optional<String> clientSecret();

    /** A file with the secret, instead of the secret. White space around it is dropped. */
    Optional<Path> clientSecretFile();

    /** How the service authenticates to Lean (RFC 6749 §2.3.1). */
    @WithDefault("client-secret-post")
    ClientAuthentication clientAuthentication();

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
    int breakerCalls();

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

    /** How client credentials travel to Lean. */
    enum ClientAuthentication {
        /** As members of the form. */
        CLIENT_SECRET_POST,
        /** As HTTP Basic. */
        CLIENT_SECRET_BASIC
    }
}
