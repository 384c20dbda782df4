package dev.leantokens.access;

import java.util.List;
import java.util.Optional;

import dev.leantokens.issuer.IssuerSettings;
import dev.leantokens.issuer.TokenVerifier;
import dev.leantokens.token.ScopePattern;

/**
 * The callers that are configured at one point in time: a reload replaces local clients and issuers together. Immutable, except
 * for what is remembered of their credentials.
 *
 * @param clients the local clients
 * @param issuers verifies the tokens of the trusted issuers; empty without any
 * @param trusted the settings of the trusted issuers: those of the configuration, then those of the file
 */
record KnownCallers(LocalClients clients, Optional<TokenVerifier> issuers, List<IssuerSettings> trusted) {

    private static final String ITS_OWN = "one that the claims of this caller's token entitle it to";

    KnownCallers {
        trusted = List.copyOf(trusted);
    }

    /** @return the number of issuers; one can have several settings, for groups of its callers */
    int numberOfIssuers() {
        return (int) trusted.stream().map(IssuerSettings::issuer).distinct().count();
    }

    /**
     * @param id of the settings of an issuer
     * @return the scopes that its callers may request, with the names of claims in place of their values
     */
    String describeScopes(String id) {
        List<String> scopes = trusted.stream().filter(issuer -> issuer.id().equals(id)).findFirst()
                .map(IssuerSettings::scopes).orElse(List.of());
        try {
            return scopes.isEmpty() ? ITS_OWN : ScopePattern.describe(scopes.stream().map(ScopePattern::new).toList());
        } catch (IllegalArgumentException e) {
            // The name of a claim has characters that an error must not have.
            return ITS_OWN;
        }
    }

    /** @return their numbers, for the log: the start of a sentence with the verb */
    String description() {
        int local = clients.size();
        int issuers = numberOfIssuers();
        String text = local == 1 ? "1 local client" : local + " local clients";
        if (issuers > 0) {
            return text + (issuers == 1 ? " and 1 issuer are" : " and " + issuers + " issuers are");
        }
        return text + (local == 1 ? " is" : " are");
    }
}
