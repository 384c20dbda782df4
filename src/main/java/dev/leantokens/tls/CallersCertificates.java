package dev.leantokens.tls;

import jakarta.enterprise.context.ApplicationScoped;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;

/**
 * Has both ports demand a certificate of callers, where there are authorities for them. Quarkus decides that when it is built.
 */
@ApplicationScoped
public class CallersCertificates implements HttpServerOptionsCustomizer {

    private final CallersTlsConfig config;

    CallersCertificates(CallersTlsConfig config) {
        this.config = config;
    }

    /** @return whether nobody can connect without one */
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
