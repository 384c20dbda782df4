package dev.leantokens.rest;

import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;

import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

import dev.leantokens.http.HttpErrors;
import dev.leantokens.token.ErrorLog;
import dev.leantokens.token.ErrorResponse;
import dev.leantokens.token.TokenError;

/** Renders every error on the REST side as the error response of RFC 6749 §5.2, those of the container included. */
public class ErrorMapper {

    private static final String ADAPTER = "REST";

    private final ErrorLog log;

    public ErrorMapper(ErrorLog log) {
        this.log = log;
    }

    @ServerExceptionMapper(priority = 1)
    public RestResponse<String> notFound(NotFoundException e) {
        return render(HttpErrors.nothingHere());
    }

    @ServerExceptionMapper(priority = 1)
    public RestResponse<String> notAllowed(NotAllowedException e) {
        RestResponse<String> response = render(TokenError.METHOD_NOT_ALLOWED.because("the token endpoint takes POST only"));
        response.getHeaders().putSingle(HttpHeaders.ALLOW, "POST, OPTIONS");
        return response;
    }

    @ServerExceptionMapper(priority = 1)
    public RestResponse<String> other(WebApplicationException e) {
        int status = e.getResponse().getStatus();
        return render(status < 500 ? TokenError.INVALID_REQUEST.because("the request is malformed") : e);
    }

    @ServerExceptionMapper(priority = 1)
    public RestResponse<String> any(Throwable e) {
        return render(e);
    }

    private RestResponse<String> render(Throwable failure) {
        ErrorResponse error = log.record(ADAPTER, failure).response();
        RestResponse.ResponseBuilder<String> response = RestResponse.ResponseBuilder
                .<String> create(error.status())
                .entity(error.json())
                .type(MediaType.APPLICATION_JSON_TYPE);
        error.headers().forEach(response::header);
        return response.build();
    }
}
