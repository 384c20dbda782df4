package dev.leantokens.access;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;

/** Which callers may use the service. */
@ConfigMapping(prefix = "access")
public interface AccessConfig {

    /** Which callers without credentials may use the service's Lean credentials. */
    @WithDefault("loopback")
    Anonymous anonymous();

    /** Whether callers may send their own Lean credentials. */
    @WithDefault("allowed")
    CallerCredentials callerCredentials();

    /** Host names, without a port, that the service is served under besides localhost, 127.0.0.1 and [::1]. */
    Optional<Set<String>> allowedHosts();

    /** Origins of web pages that may call the service, besides those on localhost, 127.0.0.1 and [::1]. */
    Optional<Set<String>> allowedOrigins();

    /** Local clients, by client id. */
    Map<String, LocalClientConfig> clients();

    /** A file with further local clients, reloaded when it changes. */
    Optional<Path> clientsFile();

    /** A client that is configured here and uses the service's Lean credentials. */
    interface LocalClientConfig {

        /**
         * One secret, or two separated by a comma while the secret is rotated: plain text, or {@code sha256:} and the digest
         * in hexadecimal. Not a list of SmallRye Config, which would treat backslashes as escapes.
         */
        Optional<String> secret();

        /** The same secrets as indexed properties. */
        @WithName("secret")
        Optional<List<String>> indexedSecrets();

        /** The scopes that the client may request, as patterns in which {@code *} stands for an id. */
        Optional<List<String>> scopes();

        /** The scope of a request without one. */
        Optional<String> defaultScope();
    }

    enum Anonymous {
        /** Peers on the loopback interface: the service is a sidecar, or runs on a developer's machine. */
        LOOPBACK,
        /** All callers: a platform in front of the service authenticates them. */
        ALWAYS,
        /** No caller. */
        NEVER
    }

    enum CallerCredentials {
        ALLOWED,
        REFUSED
    }
}
