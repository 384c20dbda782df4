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

    /** A file with further local clients and trusted issuers, reloaded when it changes. */
    Optional<Path> clientsFile();

    /** Issuers whose tokens callers may authenticate with, by an id for each. */
    Map<String, IssuerConfig> issuers();

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

        /** A pattern for the certificates that the client authenticates with: a SPIFFE ID, or a DNS name. */
        Optional<String> certificate();

        /** The scopes that the client may request, as patterns in which {@code *} stands for an id. */
        Optional<List<String>> scopes();

        /** The scope of a request without one. */
        Optional<String> defaultScope();
    }

    /** An issuer of signed tokens (JWT), such as an identity provider or a Kubernetes cluster. */
    interface IssuerConfig {

        /** The issuer's identifier: the value of {@code iss}. */
        Optional<String> issuer();

        /** The values of {@code aud} that mean this service. */
        Optional<List<String>> audience();

        /** Where the issuer's keys are. By default, they are found by discovery at the issuer. */
        Optional<String> jwksUrl();

        /** A file with the issuer's keys, in place of a URL. */
        Optional<Path> jwksFile();

        /** The algorithms that it may sign with. */
        Optional<List<String>> algorithms();

        /** Patterns for claims, by name or JSON Pointer. All must match. An empty one is an error, not a missing one. */
        Map<String, Optional<String>> claims();

        /**
         * The scopes that its callers may request, as patterns; {@code {claim}} stands for the id in the caller's own claim.
         */
        Optional<List<String>> scopes();

        /** The claim that the log and the budget call the caller by. */
        Optional<String> nameClaim();

        /** A PEM file with the authorities that the issuer's server is verified by. */
        Optional<Path> ca();

        /** The forward proxy to the issuer's server. */
        Optional<String> proxyUrl();

        /** A file with the token that requests for the issuer's keys are sent with. */
        Optional<Path> tokenFile();
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
