package dev.leantokens.rest;

import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;

import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

import dev.leantokens.error.ErrorResponse;
import dev.leantokens.error.TokenError;
import dev.leantokens.http.HttpErrors;
import dev.leantokens.http.RequestLog;
import io.vertx.ext.web.RoutingContext;

/** Renders every error on the REST side as the error response of RFC 6749 §5.2, those of the container included. */
public class ErrorMapper {

    private final RequestLog log;

    public ErrorMapper(RequestLog log) {
        this.log = log;
    }

    @ServerExceptionMapper(priority = 1)
    public RestResponse<String> notFound(NotFoundException e, RoutingContext context) {
        return render(context, HttpErrors.nothingHere());
    }

    @ServerExceptionMapper(priority = 1)
    public RestResponse<String> notAllowed(NotAllowedException e, RoutingContext context) {
        return render(context, HttpErrors.methodNotAllowed(context));
    }

    @ServerExceptionMapper(priority = 1)
    public RestResponse<String> other(WebApplicationException e, RoutingContext context) {
        int status = e.getResponse().getStatus();
        return render(context, status < 500 ? TokenError.INVALID_REQUEST.because("the request is malformed") : e);
    }

    @ServerExceptionMapper(priority = 1)
    public RestResponse<String> any(Throwable e, RoutingContext context) {
        return render(context, e);
    }

    private RestResponse<String> render(RoutingContext context, Throwable failure) {
        ErrorResponse error = log.failed(context, failure).response();
        RestResponse.ResponseBuilder<String> response = RestResponse.ResponseBuilder
                .<String> create(error.status())
                .entity(error.json())
                .type(MediaType.APPLICATION_JSON_TYPE);
        error.headers().forEach(response::header);
        return response.build();
    }
}
