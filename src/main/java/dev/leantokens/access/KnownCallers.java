package dev.leantokens.access;

import java.util.List;
import java.util.Optional;

import dev.leantokens.issuer.IssuerSettings;
import dev.leantokens.issuer.TokenVerifier;

/**
 * The callers that are configured at one point in time: a reload replaces local clients and issuers together. Immutable, except
 * for what is remembered of their credentials.
 *
 * @param clients the local clients
 * @param issuers verifies the tokens of the trusted issuers; empty without any
 * @param trusted the settings of the trusted issuers: those of the configuration, then those of the file
 */
record KnownCallers(LocalClients clients, Optional<TokenVerifier> issuers, List<IssuerSettings> trusted) {

    KnownCallers {
        trusted = List.copyOf(trusted);
    }

    /** @return the number of groups of callers with tokens: several settings can be of one issuer */
    int groupsOfIssuers() {
        return issuers.map(TokenVerifier::issuers).orElse(0);
    }

    /** @return their numbers, for the log: the start of a sentence with the verb */
    String description() {
        int local = clients.size();
        int trusted = issuerIdentifiers.size();
        String text = local == 1 ? "1 local client" : local + " local clients";
        if (trusted > 0) {
            return text + (trusted == 1 ? " and 1 issuer are" : " and " + trusted + " issuers are");
        }
        return text + (local == 1 ? " is" : " are");
    }
}
