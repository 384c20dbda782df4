package dev.leantokens.mcp.session;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.leantokens.error.TokenError;
import dev.leantokens.mcp.message.AcceptHeader;
import io.quarkiverse.mcp.server.runtime.ConnectionManager;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * Opens the event streams of sessions, and ends all streams when the service starts to shut down: they would never end by
 * themselves, and the shutdown would wait for them as for any request. Thread-safe.
 */
@Singleton
public class McpStreams {

    private static final String EVENT_STREAM = "text/event-stream";

    private final ConnectionManager connections;

    private final Set<HttpServerResponse> open = ConcurrentHashMap.newKeySet();

    McpStreams(ConnectionManager connections) {
        this.connections = connections;
    }

    /** Ends the response at shutdown, unless it has ended by then. */
    public void track(RoutingContext context) {
        HttpServerResponse response = context.response();
        open.add(response);
        context.addEndHandler(ended -> open.remove(response));
    }

    /**
     * Opens the stream of a session of Streamable HTTP. Replaces the extension's stream, which starts with a log message
     * that no client has requested. This server sends nothing on it.
     *
     * @throws dev.leantokens.error.TokenException if the session has ended, or the client does not accept event streams
     */
    public void open(RoutingContext context, String session) {
        if (connections.get(session) == null) {
            throw SessionGuard.unknownSession();
        }
        if (!AcceptHeader.accepts(context.request().headers().getAll(HttpHeaders.ACCEPT), EVENT_STREAM)) {
            throw TokenError.NOT_ACCEPTABLE.because("the Accept header must allow text/event-stream");
        }
        track(context);
        context.response().setChunked(true).putHeader(HttpHeaders.CONTENT_TYPE, EVENT_STREAM);
        // The headers are sent with the first data, which is a comment.
        context.response().write(":\n\n");
    }

    void end(@Observes ShutdownDelayInitiatedEvent event) {
        open.forEach(response -> {
            if (!response.ended()) {
                response.end();
            }
        });
    }
}
