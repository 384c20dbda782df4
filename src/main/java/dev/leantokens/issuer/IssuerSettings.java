package dev.leantokens.issuer;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The settings of a trusted issuer, wherever they are configured. A claim is named by its name, or by a JSON Pointer (RFC 6901)
 * that starts with a slash and leads to a nested one. Immutable.
 *
 * @param id names the issuer here, in the log and in metrics
 * @param issuer the value of {@code iss} (RFC 7519 §4.1.1)
 * @param audiences the values of {@code aud} that mean this service; at least one
 * @param jwksUrl where its keys are (RFC 7517 §5), in place of discovery at {@code issuer}
 * @param jwksFile a file with its keys, in place of a URL
 * @param algorithms asymmetric algorithms of RFC 7518 §3.1 and RFC 8037 that it may sign with
 * @param claims patterns by claim, which must all match
 * @param scopes what its callers may request: patterns, in which {@code {claim}} stands for the id in the caller's own claim
 * @param nameClaim the claim that the log and the budget call the caller by
 * @param ca a PEM file with the authorities that the certificate of the issuer's server is verified by
 * @param proxyUrl the forward proxy to its server
 * @param tokenFile a file with the token that requests for its keys are sent with, as Kubernetes' API server requires
 */
record IssuerSettings(String id, String issuer, Set<String> audiences, Optional<String> jwksUrl, Optional<Path> jwksFile,
        Set<String> algorithms, Map<String, String> claims, List<String> scopes, String nameClaim, Optional<Path> ca,
        Optional<String> proxyUrl, Optional<Path> tokenFile) {

    IssuerSettings {
        audiences = Set.copyOf(audiences);
        algorithms = Set.copyOf(algorithms);
        claims = Map.copyOf(claims);
        scopes = List.copyOf(scopes);
    }
}
