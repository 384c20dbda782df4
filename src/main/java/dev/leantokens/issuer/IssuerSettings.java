package dev.leantokens.issuer;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import dev.leantokens.token.ScopePattern;

/**
 * The settings of a trusted issuer, wherever they are configured. A claim is named by its name, or by a JSON Pointer (RFC 6901)
 * that starts with a slash and leads to a nested one. Several settings can have the same {@code issuer}, so that its callers
 * have different scopes; they must then have the same keys, and a token must fit exactly one of them. Immutable.
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
 * @param proxyUrl the forward proxy to its server, as configured
 * @param tokenFile a file with the token that requests for its keys are sent with, as Kubernetes' API server requires
 */
public record IssuerSettings(String id, String issuer, Set<String> audiences, Optional<String> jwksUrl, Optional<Path> jwksFile,
        Set<String> algorithms, Map<String, String> claims, List<String> scopes, String nameClaim, Optional<Path> ca,
        Optional<String> proxyUrl, Optional<Path> tokenFile) {

    /** Those of RFC 7518 §3.1 and RFC 8037 whose keys are public. */
    static final List<String> ALGORITHMS = List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384",
            "ES512", "EdDSA");

    public IssuerSettings {
        audiences = Set.copyOf(audiences);
        algorithms = Set.copyOf(algorithms);
        claims = Map.copyOf(claims);
        scopes = List.copyOf(scopes);
    }

    /**
     * Creates an issuer from its settings as they are written.
     *
     * @param values by setting: {@code issuer}, {@code audience}, {@code jwks-url}, {@code jwks-file}, {@code algorithms},
     *        {@code claims.<claim>}, {@code scopes}, {@code name-claim}, {@code ca}, {@code proxy-url} and {@code token-file}.
     *        {@code audience}, {@code algorithms} and {@code scopes} are lists, separated by commas. An empty value counts as
     *        missing, except that of a claim, which is an error
     * @throws IllegalArgumentException if the settings are invalid; the message is for an operator and quotes no value
     */
    public static IssuerSettings of(String id, Map<String, String> values) {
        return new IssuerRules(id, values).settings();
    }

    /**
     * @param issued the scopes that the service issues tokens for
     * @throws IllegalArgumentException if no token is issued for one of the scopes; the message is for an operator
     */
    public void requireIssued(List<ScopePattern> issued) {
        for (String scope : scopes) {
            if (!ScopeTemplate.of(scope).widest().overlapsAny(issued)) {
                throw new IllegalArgumentException("callers of issuer " + id + " may have " + scope + ", and TOKEN_SCOPES ("
                        + issued.stream().map(ScopePattern::toString).collect(Collectors.joining(","))
                        + ") allows no such scope");
            }
        }
    }

    /** @return whether its metadata names its keys, and so the endpoints at which clients can get tokens, too */
    public boolean isDiscovered() {
        return jwksUrl.isEmpty() && jwksFile.isEmpty();
    }

    /** @return whether everyone can get tokens from it, with any audience */
    public boolean isPublic() {
        return IssuerRules.PUBLIC_ISSUERS.contains(issuer);
    }

    /** @return whether the keys of both are found in the same way, and verify the same algorithms */
    boolean hasKeysOf(IssuerSettings other) {
        return issuer.equals(other.issuer) && jwksUrl.equals(other.jwksUrl) && jwksFile.equals(other.jwksFile)
                && algorithms.equals(other.algorithms) && ca.equals(other.ca) && proxyUrl.equals(other.proxyUrl)
                && tokenFile.equals(other.tokenFile);
    }

    /** Only the id: an address can contain a password. */
    @Override
    public String toString() {
        return "IssuerSettings[" + id + "]";
    }
}
