package dev.leantokens.rest;

import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;

import dev.leantokens.http.AllowedMethods;
import dev.leantokens.http.Endpoint;
import io.vertx.ext.web.RoutingContext;

/** The methods of the token endpoint. Quarkus REST would add HEAD, which is refused. */
@ApplicationScoped
class TokenMethods implements AllowedMethods {

    static final String METHODS = "POST, OPTIONS";

    @Override
    public Optional<String> of(RoutingContext context) {
        return Endpoint.of(context) == Endpoint.TOKEN ? Optional.of(METHODS) : Optional.empty();
    }
}
