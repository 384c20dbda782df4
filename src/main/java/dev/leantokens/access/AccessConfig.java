package dev.leantokens.access;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;

/** Who may use the service. */
@ConfigMapping(prefix = "access")
public interface AccessConfig {

    /** Which callers without credentials may use the service's own Lean credentials. */
    @WithDefault("loopback")
    Anonymous anonymous();

    /** Whether callers may send Lean credentials of their own. */
    @WithDefault("allowed")
    CallerCredentials callerCredentials();

    /** Names in {@code Host} that are served besides localhost, 127.0.0.1 and [::1]; without a port. */
    Optional<Set<String>> allowedHosts();

    /** Origins of web pages that may call, besides those on localhost, 127.0.0.1 and [::1]. */
    Optional<Set<String>> allowedOrigins();

    /** Local clients, by their ids. */
    Map<String, LocalClientConfig> clients();

    /** A file with further local clients, which is read again when it changes. */
    Optional<Path> clientsFile();

    /** A client that is known here and uses the service's own Lean credentials. */
    interface LocalClientConfig {

        /**
         * One secret, or two while one takes the other's place, separated by a comma: plain, or {@code sha256:} and the digest
         * in hexadecimal. Not a list for SmallRye Config, in whose lists a backslash is not a backslash.
         */
        Optional<String> secret();

        /** The same with an index for each. */
        @WithName("secret")
        Optional<List<String>> indexedSecrets();

        /** The scopes that it may have, as patterns in which {@code *} stands for an id. */
        Optional<List<String>> scopes();

        /** The scope of a request that names none. */
        Optional<String> defaultScope();
    }

    enum Anonymous {
        /** A peer on the loopback interface: the service is a sidecar, or its developer's. */
        LOOPBACK,
        /** Anyone: a platform in front authenticates. */
        ALWAYS,
        /** No one. */
        NEVER
    }

    enum CallerCredentials {
        ALLOWED,
        REFUSED
    }
}
