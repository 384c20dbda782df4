package dev.leantokens.lean;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import org.jboss.resteasy.reactive.client.api.LoggingScope;
import org.jboss.resteasy.reactive.client.api.QuarkusRestClientProperties;

import io.quarkus.rest.client.reactive.QuarkusRestClientBuilder;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;

/** Builds the one REST client that both adapters end in. */
class LeanApiFactory {

    @Produces
    @Singleton
    LeanApi leanApi(LeanAccount account, LeanConfig config) {
        LeanConfigRules.check(config);
        long limit = config.maxResponseSize().asLongValue();
        return QuarkusRestClientBuilder.newBuilder()
                .baseUri(account.url())
                .connectTimeout(config.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .readTimeout(config.requestTimeout().toMillis(), TimeUnit.MILLISECONDS)
                // The secret is in the form and the token in the answer: no configuration may switch their logging on.
                .loggingScope(LoggingScope.NONE)
                // A redirect of the token endpoint would carry the secret elsewhere.
                .followRedirects(false)
                .disableDefaultMapper(true)
                .userAgent("lean-authentication-tokens")
                .property(QuarkusRestClientProperties.CONNECTION_POOL_SIZE, config.maxConnections())
                .httpClientRequestCustomizer(limitResponses(limit))
                .build(LeanApi.class);
    }

    /**
     * The REST client gathers an answer in memory, however long it is. This resets the exchange as soon as more has
     * come than is allowed.
     */
    private static Consumer<HttpClientRequest> limitResponses(long limit) {
        return request -> request.response().onSuccess(response -> response.handler(new ResponseLimit(request, limit)::add));
    }

    /** Counts what has come of one answer; only ever called from the connection's event loop. */
    private static final class ResponseLimit {

        private final HttpClientRequest request;
        private final long limit;
        private long received;

        private ResponseLimit(HttpClientRequest request, long limit) {
            this.request = request;
            this.limit = limit;
        }

        private void add(Buffer chunk) {
            received += chunk.length();
            if (received > limit) {
                request.reset(0, new ResponseTooLargeException(limit));
            }
        }
    }
}
