package dev.leantokens.soak;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

import dev.leantokens.soak.TokenRequest.Kind;
import dev.leantokens.token.ClientCredentials;

/**
 * Draws requests at random. Most are for tokens that were requested before; the part that causes calls to Lean determines how
 * often the budget is spent.
 */
final class RequestMix {

    private static final String API = "api";

    private final Clients clients;
    private final JwtCallers jwtCallers;
    private final ClientCredentials wrong;
    private final List<String> servicesScopes = customers(20);
    private final List<String> callersScopes = customers(4);
    /** Each of these tokens is replaced about every 50 s, which takes more calls than one minute allows. */
    private final List<String> greedysScopes = customers(70);

    RequestMix(Clients clients, JwtCallers jwtCallers) {
        this.clients = clients;
        this.jwtCallers = jwtCallers;
        this.wrong = new ClientCredentials(clients.callers().get(0).clientId(), Clients.secret());
    }

    private static List<String> customers(int number) {
        return Stream.generate(RequestMix::newCustomer).limit(number).toList();
    }

    private static String newCustomer() {
        return "customer." + UUID.randomUUID();
    }

    TokenRequest next() {
        int drawn = ThreadLocalRandom.current().nextInt(1000);
        if (drawn < 300) {
            return ofService(Kind.ANY_TOKEN);
        }
        if (drawn < 470) {
            return ofJwtCaller();
        }
        if (drawn < 940) {
            return ofCaller(Kind.ANY_TOKEN);
        }
        if (drawn < 970) {
            return new TokenRequest(Kind.ANY_TOKEN, clients.greedy(), true, oneOf(greedysScopes));
        }
        if (drawn < 973) {
            return new TokenRequest(Kind.ANY_TOKEN, oneOf(clients.callers()), true, newCustomer());
        }
        if (drawn < 975) {
            return ofService(Kind.FRESH_TOKEN);
        }
        if (drawn < 985) {
            return ofCaller(Kind.FRESH_TOKEN);
        }
        if (drawn < 990) {
            return new TokenRequest(Kind.WRONG_CREDENTIALS, wrong, true, apiOr(callersScopes));
        }
        if (drawn < 993) {
            ClientCredentials guessed = new ClientCredentials(clients.service().clientId(), Clients.secret());
            return new TokenRequest(Kind.WRONG_CREDENTIALS, guessed, true, API);
        }
        return new TokenRequest(Kind.WRONG_CREDENTIALS, Clients.credentials(), true, API);
    }

    /** Nine of ten may have what they request. */
    private TokenRequest ofJwtCaller() {
        JwtCallers.Caller caller = jwtCallers.next();
        String scope = ThreadLocalRandom.current().nextBoolean() ? API : caller.scope();
        return switch (ThreadLocalRandom.current().nextInt(20)) {
            case 0 -> withJwt(Kind.WRONG_CREDENTIALS, scope, caller.wrongToken());
            case 1 -> withJwt(Kind.FOREIGN_SCOPE, newCustomer(), caller.token());
            default -> withJwt(Kind.ANY_TOKEN, scope, caller.token());
        };
    }

    private TokenRequest withJwt(Kind kind, String scope, String jwt) {
        return new TokenRequest(kind, clients.service(), false, scope, Optional.of(jwt));
    }

    private TokenRequest ofService(Kind kind) {
        return new TokenRequest(kind, clients.service(), false, apiOr(servicesScopes));
    }

    private TokenRequest ofCaller(Kind kind) {
        return new TokenRequest(kind, oneOf(clients.callers()), true, apiOr(callersScopes));
    }

    private static String apiOr(List<String> customers) {
        return ThreadLocalRandom.current().nextBoolean() ? API : oneOf(customers);
    }

    private static <T> T oneOf(List<T> list) {
        return list.get(ThreadLocalRandom.current().nextInt(list.size()));
    }
}
