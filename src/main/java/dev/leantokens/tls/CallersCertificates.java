package dev.leantokens.tls;

import jakarta.enterprise.context.ApplicationScoped;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;

/**
 * Requires client certificates on both ports if authorities are configured for them. In Quarkus,
 * {@code quarkus.http.ssl.client-auth} is fixed at build time.
 */
@ApplicationScoped
public class CallersCertificates implements HttpServerOptionsCustomizer {

    private final CallersTlsConfig config;

    CallersCertificates(CallersTlsConfig config) {
        this.config = config;
    }

    /** @return whether only callers with a certificate can connect */
    public boolean areRequired() {
        return config.clientCa().isPresent();
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        if (areRequired()) {
            options.setClientAuth(ClientAuth.REQUIRED);
        }
    }
}
