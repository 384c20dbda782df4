package dev.leantokens.http;

import java.io.IOException;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.error.ErrorResponse;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * Renders errors as RFC 6749 §5.2 outside of the adapters: refusals of filters, unknown paths and failures on the way.
 * Thread-safe.
 */
@ApplicationScoped
public class HttpErrors {

    /** After Quarkus' default route (10,000) and those after it (20,000). */
    private static final int AFTER_EVERY_ROUTE = 100_000;

    private final RequestLog log;
    private final Challenges challenges;

    HttpErrors(RequestLog log, Challenges challenges) {
        this.log = log;
        this.challenges = challenges;
    }

    void register(@Observes Router router) {
        router.route().order(AFTER_EVERY_ROUTE).handler(context -> send(context, pathNotFound()));
        // Failure handlers run in the order of their routes: this one precedes Quarkus' error page.
        router.route().order(AFTER_EVERY_ROUTE).failureHandler(this::failed);
    }

    /** Logs the error and responds with it. */
    public void send(RoutingContext context, TokenException exception) {
        respond(context, log.record(context, exception));
    }

    /** Responds with an error that is part of the protocol: it is neither logged nor counted. */
    public void answer(RoutingContext context, TokenException exception) {
        respond(context, exception);
    }

    /**
     * Logs the error and sets the status and the headers of its response.
     *
     * @return the body, which the caller has to send
     */
    Buffer start(RoutingContext context, TokenException exception) {
        TokenException error = log.record(context, exception);
        startResponse(context, error);
        return Buffer.buffer(error.response().json());
    }

    private void failed(RoutingContext context) {
        if (context.response().ended() || context.response().headWritten()) {
            // The response has started: an error no longer fits.
            context.response().reset();
            return;
        }
        Throwable failure = context.failure();
        if (failure instanceof IOException) {
            // The caller hung up, or its body is truncated.
            send(context, TokenError.INVALID_REQUEST.because("the request body could not be read"));
        } else if (failure != null && context.statusCode() >= 500) {
            respond(context, log.record(context, failure));
        } else {
            send(context, of(context.statusCode(), context));
        }
    }

    /** @return the error for a status that Quarkus, Quarkus REST or the MCP extension has chosen */
    public static TokenException of(int status, RoutingContext context) {
        return switch (status) {
            case 404 -> pathNotFound();
            case 405 -> methodNotAllowed(context);
            case 413 -> BodyReader.tooLarge();
            case 415 -> TokenError.UNSUPPORTED_MEDIA_TYPE.because("this media type is not served here");
            default -> status < 500
                    ? TokenError.INVALID_REQUEST.because("the request is malformed, or its protocol version is not supported")
                    : TokenError.INTERNAL.because("this service failed; its log has the reason");
        };
    }

    public static TokenException pathNotFound() {
        return TokenError.NOT_FOUND.because("nothing is served at this path of this port");
    }

    /** Sets the header {@code Allow}. */
    public static TokenException methodNotAllowed(RoutingContext context) {
        boolean token = Endpoint.of(context) == Endpoint.TOKEN;
        context.response().putHeader(HttpHeaders.ALLOW, token ? Endpoint.TOKEN_METHODS : Endpoint.READ_METHODS);
        return TokenError.METHOD_NOT_ALLOWED
                .because(token ? "the token endpoint takes POST only" : "this path takes GET and HEAD only");
    }

    private void respond(RoutingContext context, TokenException error) {
        startResponse(context, error).end(error.response().json());
    }

    private HttpServerResponse startResponse(RoutingContext context, TokenException exception) {
        ErrorResponse error = exception.response();
        HttpServerResponse response = context.response();
        response.setStatusCode(error.status());
        error.headers().forEach(response::putHeader);
        challenges.of(context, exception)
                .ifPresent(challenge -> response.putHeader(ErrorResponse.WWW_AUTHENTICATE, challenge));
        return response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
    }
}
