package dev.leantokens.access;

import java.util.Optional;
import java.util.Set;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Who may use the service. */
@ConfigMapping(prefix = "access")
public interface AccessConfig {

    /** Which callers without credentials may use the service's own Lean credentials. */
    @WithDefault("loopback")
    Anonymous anonymous();

    /** Whether callers may send Lean credentials of their own. */
    @WithDefault("allowed")
    OwnCredentials ownCredentials();

    /** Names in {@code Host} that are served besides localhost, 127.0.0.1 and [::1]; without a port. */
    Optional<Set<String>> allowedHosts();

    /** Origins of web pages that may call, besides those on localhost, 127.0.0.1 and [::1]. */
    Optional<Set<String>> allowedOrigins();

    enum Anonymous {
        /** A peer on the loopback interface: the service is a sidecar, or its developer's. */
        LOOPBACK,
        /** Anyone: a platform in front authenticates. */
        ALWAYS,
        /** No one. */
        NEVER
    }

    enum OwnCredentials {
        ALLOWED,
        REFUSED
    }
}
