package dev.leantokens.lean;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import javax.net.ssl.SSLException;

import jakarta.enterprise.context.ApplicationScoped;

import org.jboss.resteasy.reactive.client.api.LoggingScope;
import org.jboss.resteasy.reactive.client.api.QuarkusRestClientProperties;

import dev.leantokens.lean.LeanFailure.UnusableResponseException;
import io.netty.handler.codec.DecoderException;
import io.quarkus.rest.client.reactive.QuarkusRestClientBuilder;
import io.quarkus.tls.TlsConfiguration;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;

/** Builds the REST client for Lean. */
@ApplicationScoped
class LeanApiFactory {

    private final LeanAccount account;
    private final LeanConfig config;
    private final ConnectionGuards guards;
    private final long maxResponseSize;

    LeanApiFactory(LeanAccount account, LeanConfig config, ConnectionGuards guards) {
        this.account = account;
        this.config = config;
        this.guards = guards;
        this.maxResponseSize = config.maxResponseSize().asLongValue();
    }

    /**
     * @param tls the client certificate and the trusted CAs; empty for no certificate and the JVM's CAs
     * @param pooled whether connections are used for more than one request
     */
    LeanApi build(Optional<TlsConfiguration> tls, boolean pooled) {
        QuarkusRestClientBuilder builder = QuarkusRestClientBuilder.newBuilder()
                .baseUri(account.url())
                .connectTimeout(config.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .readTimeout(config.requestTimeout().toMillis(), TimeUnit.MILLISECONDS)
                // The form has the secret and the response the token: no setting may enable their logging.
                .loggingScope(LoggingScope.NONE)
                // A redirect would send the secret elsewhere.
                .followRedirects(false)
                // Ignores quarkus.tls.trust-all, which is for other clients.
                .trustAll(false)
                .disableDefaultMapper(true)
                .userAgent("lean-authentication-tokens")
                .property(QuarkusRestClientProperties.MAX_HEADER_SIZE, ConnectionGuard.MAX_HEADERS_SIZE)
                // The guards only know HTTP/1.1.
                .property(QuarkusRestClientProperties.HTTP2, false)
                .property(QuarkusRestClientProperties.ALPN, false)
                .property(QuarkusRestClientProperties.KEEP_ALIVE_ENABLED, pooled)
                .property(QuarkusRestClientProperties.CONNECTION_POOL_SIZE, config.maxConnections())
                .property(QuarkusRestClientProperties.CONNECTION_TTL, Math.toIntExact(config.connectionIdleTime().toSeconds()))
                .httpClientRequestCustomizer(this::prepare);
        tls.ifPresent(builder::tlsConfiguration);
        LeanProxy.of(config).ifPresent(proxy -> useProxy(builder, proxy));
        return builder.build(LeanApi.class);
    }

    private void useProxy(QuarkusRestClientBuilder builder, LeanProxy proxy) {
        builder.proxyAddress(proxy.host(), proxy.port()).proxyConnectTimeout(config.connectTimeout());
        proxy.username().ifPresent(builder::proxyUser);
        proxy.password().ifPresent(builder::proxyPassword);
    }

    /** Prepares a request. The client ignores exceptions of a customizer, and the call would never end. */
    private void prepare(HttpClientRequest request) {
        try {
            request.response().onSuccess(response -> limitSize(request, response));
            reportAlerts(request);
            guards.prepare(request);
        } catch (RuntimeException e) {
            request.reset(0, e);
        }
    }

    /** Resets a request whose response exceeds the limit: the REST client collects a response of any size in memory. */
    private void limitSize(HttpClientRequest request, HttpClientResponse response) {
        AtomicLong received = new AtomicLong();
        response.handler(chunk -> {
            if (received.addAndGet(chunk.length()) > maxResponseSize) {
                request.reset(0, new UnusableResponseException("it is too large"));
            }
        });
    }

    /**
     * Fails the request with the alert by which Lean rejects the client certificate. With TLS 1.3 it arrives after the request
     * was sent, and Vert.x reports it to the connection only: to the request, the connection would just have broken.
     */
    private static void reportAlerts(HttpClientRequest request) {
        request.connection().exceptionHandler(failure -> {
            // Netty reports an alert as a decoding failure.
            if (failure instanceof DecoderException && failure.getCause() instanceof SSLException) {
                request.reset(0, failure.getCause());
            }
        });
    }
}
