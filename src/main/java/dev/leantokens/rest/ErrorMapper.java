package dev.leantokens.rest;

import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;

import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

import dev.leantokens.error.ErrorResponse;
import dev.leantokens.http.HttpErrors;
import dev.leantokens.http.RequestLog;
import io.vertx.ext.web.RoutingContext;

/** Renders every error of Quarkus REST and its resources as the error response of RFC 6749 §5.2. */
class ErrorMapper {

    private final RequestLog log;

    ErrorMapper(RequestLog log) {
        this.log = log;
    }

    /** NotFoundException is listed because Quarkus has its own mapper for it in development. */
    @ServerExceptionMapper(value = { NotFoundException.class, WebApplicationException.class, Throwable.class }, priority = 1)
    RestResponse<String> render(Throwable failure, RoutingContext context) {
        ErrorResponse error = log.record(context, withStatus(failure, context)).response();
        RestResponse.ResponseBuilder<String> response = RestResponse.ResponseBuilder
                .<String> create(error.status())
                .entity(error.json())
                .type(MediaType.APPLICATION_JSON_TYPE);
        error.headers().forEach(response::header);
        return response.build();
    }

    private static Throwable withStatus(Throwable failure, RoutingContext context) {
        int status = failure instanceof WebApplicationException web ? web.getResponse().getStatus() : 500;
        return status < 500 ? HttpErrors.of(status, context) : failure;
    }
}
