package dev.leantokens.lean;

import java.util.Optional;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLException;

import jakarta.enterprise.context.ApplicationScoped;

import org.jboss.resteasy.reactive.client.api.LoggingScope;
import org.jboss.resteasy.reactive.client.api.QuarkusRestClientProperties;

import io.netty.handler.codec.DecoderException;
import io.quarkus.rest.client.reactive.QuarkusRestClientBuilder;
import io.quarkus.tls.TlsConfiguration;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;

/** Builds the one REST client that both adapters end in. */
@ApplicationScoped
class LeanApiFactory {

    private final LeanAccount account;
    private final LeanConfig config;
    private final ConnectionGuards guards;

    LeanApiFactory(LeanAccount account, LeanConfig config, ConnectionGuards guards) {
        LeanConfigRules.check(config);
        this.account = account;
        this.config = config;
        this.guards = guards;
    }

    /**
     * @param tls what Lean is shown and what is trusted of it; empty for no certificate and the JVM's authorities
     * @param pooled whether connections are used for more than one request
     */
    LeanApi build(Optional<TlsConfiguration> tls, boolean pooled) {
        long limit = config.maxResponseSize().asLongValue();
        QuarkusRestClientBuilder builder = QuarkusRestClientBuilder.newBuilder()
                .baseUri(account.url())
                .connectTimeout(config.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .readTimeout(config.requestTimeout().toMillis(), TimeUnit.MILLISECONDS)
                // The secret is in the form and the token in the answer: no configuration may switch their logging on.
                .loggingScope(LoggingScope.NONE)
                // A redirect of the token endpoint would carry the secret elsewhere.
                .followRedirects(false)
                // Nor may quarkus.tls.trust-all, which is for other clients.
                .trustAll(false)
                .disableDefaultMapper(true)
                .userAgent("lean-authentication-tokens")
                .property(QuarkusRestClientProperties.MAX_HEADER_SIZE, ConnectionGuard.LARGEST_HEADERS)
                // Connections are guarded, which those of HTTP/2 cannot be.
                .property(QuarkusRestClientProperties.HTTP2, false)
                .property(QuarkusRestClientProperties.ALPN, false)
                .property(QuarkusRestClientProperties.KEEP_ALIVE_ENABLED, pooled)
                .property(QuarkusRestClientProperties.CONNECTION_POOL_SIZE, config.maxConnections())
                .property(QuarkusRestClientProperties.CONNECTION_TTL, Math.toIntExact(config.connectionIdleTime().toSeconds()))
                .httpClientRequestCustomizer(request -> prepare(request, limit));
        tls.ifPresent(builder::tlsConfiguration);
        LeanProxy.of(config).ifPresent(proxy -> useProxy(builder, proxy));
        return builder.build(LeanApi.class);
    }

    /** What a customizer throws is dropped by the client, and the call would not end. */
    private void prepare(HttpClientRequest request, long limit) {
        try {
            limitResponse(request, limit);
            noteAlerts(request);
            guards.prepare(request);
        } catch (RuntimeException e) {
            request.reset(0, e);
        }
    }

    private void useProxy(QuarkusRestClientBuilder builder, LeanProxy proxy) {
        builder.proxyAddress(proxy.host(), proxy.port()).proxyConnectTimeout(config.connectTimeout());
        proxy.username().ifPresent(builder::proxyUser);
        proxy.password().ifPresent(builder::proxyPassword);
    }

    /**
     * A certificate of ours that Lean does not take shows when the request is on its way already (TLS 1.3), and only the
     * connection is told: for the request it would be one that broke.
     */
    private static void noteAlerts(HttpClientRequest request) {
        request.connection().exceptionHandler(failure -> {
            // Netty says it as a failure to decode.
            if (failure instanceof DecoderException && failure.getCause() instanceof SSLException) {
                request.reset(0, failure.getCause());
            }
        });
    }

    /**
     * The REST client gathers an answer in memory, however long it is. This resets the exchange as soon as more has
     * come than is allowed.
     */
    private static void limitResponse(HttpClientRequest request, long limit) {
        request.response().onSuccess(response -> response.handler(new ResponseLimit(request, limit)::add));
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
                request.reset(0, new UnusableResponseException("it is too large"));
            }
        }
    }
}
