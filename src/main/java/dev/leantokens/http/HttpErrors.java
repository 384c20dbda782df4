package dev.leantokens.http;

import java.io.IOException;
import java.time.Duration;

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
 * Answers in the shape of RFC 6749 §5.2 what no adapter answered: what our filters refuse, what no route serves, and
 * what failed on the way. Thread-safe.
 */
@ApplicationScoped
public class HttpErrors {

    /** The methods of what can only be read, for the header that goes with {@link #readOnly}. */
    public static final String READING = "GET, HEAD, OPTIONS";

    /** Behind Quarkus' default route (10,000) and those after it (20,000). */
    private static final int AFTER_EVERY_ROUTE = 100_000;

    /** How long a last answer has before its connection is closed, since the peer's system may drop it with that. */
    private static final Duration TO_ARRIVE = Duration.ofMillis(50);

    private final RequestLog log;

    public HttpErrors(RequestLog log) {
        this.log = log;
    }

    void register(@Observes Router router) {
        router.route().order(AFTER_EVERY_ROUTE).handler(context -> send(context, nothingHere()));
        // Failure handlers run in the order of their routes: this one before Quarkus' error page.
        router.route().order(AFTER_EVERY_ROUTE).failureHandler(this::failed);
    }

    /** Logs the error and ends the request with it. */
    public void send(RoutingContext context, TokenException exception) {
        respond(context, log.failed(context, exception).response());
    }

    /** Ends the request with an error that its protocol makes callers expect: neither logged nor counted. */
    public void answer(RoutingContext context, TokenException exception) {
        respond(context, exception.response());
    }

    /**
     * Logs the error, answers with it and closes the connection, of HTTP/1.1. What follows on the connection is discarded, and
     * what was read before is not handled: Vert.x starts the next request when a response ends, so this one ends only as its
     * connection closes.
     */
    void sendLast(RoutingContext context, TokenException exception) {
        LastRequest.on(context.request().connection());
        ErrorResponse error = log.failed(context, exception).response();
        Buffer body = Buffer.buffer(error.json());
        begin(context, error).putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()))
                .write(body)
                .onComplete(written -> context.vertx().setTimer(TO_ARRIVE.toMillis(),
                        elapsed -> context.request().connection().close()));
    }

    private void failed(RoutingContext context) {
        if (context.response().ended() || context.response().headWritten()) {
            // The response has begun, so there is nothing left to say in it.
            context.response().reset();
            return;
        }
        Throwable failure = context.failure();
        if (failure instanceof IOException) {
            // The caller hung up, or its body could not be read to the end.
            send(context, TokenError.INVALID_REQUEST.because("the request body could not be read"));
        } else if (failure != null && context.statusCode() >= 500) {
            respond(context, log.failed(context, failure).response());
        } else {
            send(context, errorOf(context.statusCode(), Endpoint.of(context)));
        }
    }

    private static TokenException errorOf(int status, Endpoint endpoint) {
        return switch (status) {
            // An MCP path that is not served does not fail: the MCP extension says so of a session that it does not know.
            case 404 -> endpoint == Endpoint.MCP ? unknownSession() : nothingHere();
            case 405 -> TokenError.METHOD_NOT_ALLOWED.because("this path is not served by this method");
            case 413 -> BodyLimit.tooLarge();
            case 415 -> TokenError.UNSUPPORTED_MEDIA_TYPE.because("this media type is not served here");
            default -> status < 500
                    ? TokenError.INVALID_REQUEST.because(
                            "the request is malformed, or of a protocol version that is not served")
                    : TokenError.INTERNAL.because("this service failed, its log has the reason");
        };
    }

    /** @return the error of a path that is not served, whoever finds that out */
    public static TokenException nothingHere() {
        return TokenError.NOT_FOUND.because("nothing is served at this path of this port");
    }

    /** @return the error of a path that is not served by this method, since there is nothing to do there but to read */
    public static TokenException readOnly() {
        return TokenError.METHOD_NOT_ALLOWED.because("this path can only be read");
    }

    /** @return the error of an MCP session that there is not, or not for this caller */
    public static TokenException unknownSession() {
        return TokenError.NOT_FOUND.because("this MCP session is unknown or over, initialize a new one");
    }

    private static void respond(RoutingContext context, ErrorResponse error) {
        begin(context, error).end(error.json());
    }

    private static HttpServerResponse begin(RoutingContext context, ErrorResponse error) {
        HttpServerResponse response = context.response();
        response.setStatusCode(error.status());
        error.headers().forEach(response::putHeader);
        return response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
    }
}
