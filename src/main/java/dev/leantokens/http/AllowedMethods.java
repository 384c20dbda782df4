package dev.leantokens.http;

import java.util.Optional;

import io.vertx.ext.web.RoutingContext;

/** Knows the methods of MCP's paths, which depend on its settings. Thread-safe. */
public interface AllowedMethods {

    /** @return the methods as in the header {@code Allow}; empty if the path is not served */
    Optional<String> of(RoutingContext context);
}
