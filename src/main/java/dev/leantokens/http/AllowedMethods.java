package dev.leantokens.http;

import java.util.Optional;

import io.vertx.ext.web.RoutingContext;

/** Knows the methods of some of the paths. Thread-safe. */
public interface AllowedMethods {

    /** @return the methods, as the header {@code Allow} lists them; empty if the path is none of these */
    Optional<String> of(RoutingContext context);
}
