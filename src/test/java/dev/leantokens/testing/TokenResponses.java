package dev.leantokens.testing;

import java.util.concurrent.atomic.AtomicLong;

import com.github.tomakehurst.wiremock.extension.ResponseDefinitionTransformerV2;
import com.github.tomakehurst.wiremock.http.ResponseDefinition;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;

/** Access token responses of {@link LeanStub} that depend on the request. */
public final class TokenResponses {

    private TokenResponses() {
    }

    /** @return the prefix of the tokens that {@link UniqueToken} issues for these credentials and this scope */
    public static String prefix(String clientId, String clientSecret, String scope) {
        return "%s/%s/%s/".formatted(clientId, Integer.toHexString(clientSecret.hashCode()), scope);
    }

    /** @return the response with {@link LeanStub#TOKEN} */
    public static String json(String scope) {
        return json(LeanStub.TOKEN, scope, 3599);
    }

    private static String json(String token, String scope, int lifetimeSeconds) {
        return "{\"access_token\":\"%s\",\"scope\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":%d}".formatted(token, scope,
                lifetimeSeconds);
    }

    private static String parameter(LoggedRequest request, String name) {
        return request.formParameter(name).firstValue();
    }

    /** Issues a different token for each request. */
    static final class UniqueToken implements ResponseDefinitionTransformerV2 {

        static final String NAME = "unique-token";
        static final String LIFETIME = "lifetime";

        private final AtomicLong tokens = new AtomicLong();

        @Override
        public String getName() {
            return NAME;
        }

        @Override
        public boolean applyGlobally() {
            return false;
        }

        @Override
        public ResponseDefinition transform(ServeEvent event) {
            LoggedRequest request = event.getRequest();
            String scope = parameter(request, "scope");
            String token = prefix(parameter(request, "client_id"), parameter(request, "client_secret"), scope)
                    + tokens.incrementAndGet();
            return LeanStub.json(200, json(token, scope, event.getTransformerParameters().getInt(LIFETIME)))
                    .withFixedDelay(event.getResponseDefinition().getFixedDelayMilliseconds()).build();
        }
    }

    /** Issues {@link LeanStub#TOKEN} for the requested scope. */
    static final class SameToken implements ResponseDefinitionTransformerV2 {

        static final String NAME = "same-token";

        @Override
        public String getName() {
            return NAME;
        }

        @Override
        public boolean applyGlobally() {
            return false;
        }

        @Override
        public ResponseDefinition transform(ServeEvent event) {
            return LeanStub.json(200, json(parameter(event.getRequest(), "scope"))).build();
        }
    }
}
