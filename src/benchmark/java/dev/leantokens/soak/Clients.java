package dev.leantokens.soak;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.leantokens.attacks.Parties;
import dev.leantokens.token.ClientCredentials;

/** The clients that the stand-in for Lean knows. */
final class Clients {

    /** Part of every secret, right or wrong, so that the log can be searched for it. */
    static final String MARK = "soak-secret";

    private static final int CALLERS = 5;

    /** The ids of the service and of the first callers are those that attackers use. */
    private final ClientCredentials service = new ClientCredentials(Parties.SERVICE.clientId(), secret());
    private final List<ClientCredentials> callers = Stream
            .concat(Parties.CALLERS.stream().map(caller -> new ClientCredentials(caller.clientId(), secret())),
                    Stream.generate(Clients::credentials))
            .limit(CALLERS).toList();
    private final ClientCredentials greedy = credentials();
    private final Map<String, ClientCredentials> byId = Stream.concat(Stream.of(service, greedy), callers.stream())
            .collect(Collectors.toUnmodifiableMap(ClientCredentials::clientId, Function.identity()));

    /** @return credentials of an unknown client */
    static ClientCredentials credentials() {
        return new ClientCredentials(UUID.randomUUID().toString(), secret());
    }

    static String secret() {
        return MARK + "-" + UUID.randomUUID();
    }

    ClientCredentials service() {
        return service;
    }

    /** @return the clients whose credentials callers send */
    List<ClientCredentials> callers() {
        return callers;
    }

    /** @return another one, for which callers request more tokens than Lean issues in a minute */
    ClientCredentials greedy() {
        return greedy;
    }

    boolean isKnown(ClientCredentials credentials) {
        return credentials.equals(byId.get(credentials.clientId()));
    }
}
