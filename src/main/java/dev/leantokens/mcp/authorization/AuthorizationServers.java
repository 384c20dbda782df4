package dev.leantokens.mcp.authorization;

import static dev.leantokens.settings.SettingRule.require;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

import dev.leantokens.issuer.IssuerSettings;
import dev.leantokens.settings.HttpsUrl;
import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * Chooses the authorization servers of MCP among the trusted issuers. A client logs in at one of them, mostly at the first, so
 * issuers of workloads do not belong to them, nor do those that everyone can get tokens from. Immutable.
 */
final class AuthorizationServers {

    private final List<String> ids;

    /** @param ids the chosen issuers; if empty, all that can be ones */
    AuthorizationServers(List<String> ids) {
        this.ids = ids.stream().map(String::strip).distinct().toList();
    }

    /**
     * @throws ConfigurationException if a chosen issuer is not trusted or has no URL to log in at, or if no issuer is left
     */
    void requireTrusted(List<IssuerSettings> trusted) {
        for (String id : ids) {
            require(ofId(id, trusted).anyMatch(AuthorizationServers::isUrl), "MCP_OAUTH_ISSUERS must name trusted issuers "
                    + "(ACCESS_ISSUERS_<ID>_ISSUER) whose identifiers are https URLs; this id names no such issuer: " + id);
        }
        require(!among(trusted).isEmpty(), "MCP_OAUTH_RESOURCE must be set together with a trusted issuer "
                + "(ACCESS_ISSUERS_<ID>_ISSUER) at which MCP clients can log in. If it has a JWKS_URL or a JWKS_FILE, "
                + "name it in MCP_OAUTH_ISSUERS");
    }

    /** @return the identifiers of the authorization servers, in the order of the choice */
    List<String> among(List<IssuerSettings> trusted) {
        Stream<IssuerSettings> chosen = ids.isEmpty()
                ? trusted.stream().filter(IssuerSettings::isDiscovered).filter(Predicate.not(IssuerSettings::isPublic))
                : ids.stream().flatMap(id -> ofId(id, trusted));
        return chosen.filter(AuthorizationServers::isUrl).map(IssuerSettings::issuer).distinct().toList();
    }

    private static Stream<IssuerSettings> ofId(String id, List<IssuerSettings> trusted) {
        return trusted.stream().filter(issuer -> issuer.id().equals(id));
    }

    /** @return whether a client can look there for the token endpoint (RFC 8414 §2) */
    private static boolean isUrl(IssuerSettings issuer) {
        return HttpsUrl.parse(issuer.issuer()).filter(url -> url.getRawQuery() == null).isPresent();
    }
}
