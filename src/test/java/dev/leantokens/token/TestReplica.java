package dev.leantokens.token;

import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import dev.leantokens.error.ErrorLogs;
import dev.leantokens.testing.Settings;
import dev.leantokens.token.ServiceCredentials.ServiceClient;
import dev.leantokens.trace.Traces;
import io.vertx.core.json.JsonObject;

/** One replica of the service as far as tokens are concerned, with its own memory and clock. Thread-safe. */
public final class TestReplica {

    public static final String CLIENT_ID = "service";

    private final TokenService service;

    /** @param settings properties of {@link TokenConfig}, each name followed by its value */
    public TestReplica(TokenStore store, AuthorizationServer lean, Clock clock, String... settings) {
        this("secret", store, lean, clock, settings);
    }

    /** @param secret that of the service's client at Lean */
    public TestReplica(String secret, TokenStore store, AuthorizationServer lean, Clock clock, String... settings) {
        this(Traces.OFF, secret, store, lean, clock, settings);
    }

    public TestReplica(Traces traces, String secret, TokenStore store, AuthorizationServer lean, Clock clock,
            String... settings) {
        Optional<ServiceClient> client = Optional.of(ServiceClient.of(CLIENT_ID, secret));
        service = new TokenService(lean, store, () -> client, new MapTokenCache(), new SetOfAccepted(),
                Settings.of(TokenConfig.class, settings), clock, ErrorLogs.create(), traces);
    }

    public CompletableFuture<IssuedToken> issue(Scope scope) {
        return issue(scope, CacheControl.ANY);
    }

    public CompletableFuture<IssuedToken> issue(Scope scope, CacheControl control) {
        return issue(scope, Optional.empty(), control);
    }

    public CompletableFuture<IssuedToken> issue(Scope scope, Optional<ClientCredentials> callers, CacheControl control) {
        return service.issue(scope, callers, control, () -> CallerAccount.SERVICE).toUni().subscribeAsCompletionStage();
    }

    /** @return the member {@code access_token} */
    public static String text(IssuedToken issued) {
        return new JsonObject(issued.token().json()).getString("access_token");
    }

    /** @return the member {@code expires_in} */
    public static int expiresIn(IssuedToken issued) {
        return new JsonObject(issued.token().json()).getInteger("expires_in");
    }
}
