package dev.leantokens.http;

import java.util.Optional;

import dev.leantokens.error.TokenException;
import io.vertx.ext.web.RoutingContext;

/** Knows the challenges of endpoints that have other ones than the token endpoint (RFC 9110 §11.6.1). Thread-safe. */
public interface Challenges {

    /**
     * @param error that the request ends with
     * @return the header {@code WWW-Authenticate} of the response; empty for that of the error, if it has one
     */
    Optional<String> of(RoutingContext context, TokenException error);
}
