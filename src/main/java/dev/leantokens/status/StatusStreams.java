package dev.leantokens.status;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * The open event streams. While there are any, the status is rendered once in each {@link #INTERVAL} for all of them, on a
 * worker thread. Each event is a part of the page whose HTML has changed. A stream whose client does not read is closed:
 * nothing is buffered for it beyond what its connection takes. All streams end when the service starts to shut down, which
 * would wait for them. Thread-safe.
 */
@Singleton
class StatusStreams {

    private static final Logger LOG = Logger.getLogger(StatusStreams.class);

    static final int MAX_STREAMS = 20;
    static final Duration INTERVAL = Duration.ofSeconds(3);

    /** When browsers open the stream again. It is also the first data, with which the headers are sent. */
    private static final String RETRY = "retry: 5000\n\n";
    /** A comment, which shows both sides that the connection works. */
    private static final String HEARTBEAT = ":\n\n";
    private static final int INTERVALS_PER_HEARTBEAT = 5;

    private final Vertx vertx;
    /** Not that of a request: the timer must not keep it. */
    private final Context context;
    private final Callable<Map<String, String>> parts;

    /** Guarded by this, as the fields that follow. */
    private final Set<Stream> open = new HashSet<>();
    /** What all streams have got; empty before the first rendering. */
    private Map<String, String> sent = Map.of();
    private int quietIntervals;
    /** Whether a rendering is under way, or a timer will start the next one. */
    private boolean active;
    private boolean stopped;

    /** @param context the context of the request, on whose thread the response is written */
    private record Stream(Context context, HttpServerResponse response) {

        void send(Buffer events) {
            context.runOnContext(now -> {
                if (response.ended() || response.closed()) {
                    return;
                }
                if (response.writeQueueFull()) {
                    response.reset();
                } else {
                    response.write(events);
                }
            });
        }

        void end() {
            context.runOnContext(now -> {
                if (!response.ended() && !response.closed()) {
                    response.end();
                }
            });
        }
    }

    @Inject
    StatusStreams(Vertx vertx, StatusReader reader, StatusHtml html) {
        this(vertx, () -> html.parts(reader.read()));
    }

    /** @param parts renders the status; called on worker threads, never concurrently */
    StatusStreams(Vertx vertx, Callable<Map<String, String>> parts) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.parts = parts;
    }

    /**
     * Opens a stream, whose first events are all parts. To be called on the event loop of the request, whose response has its
     * headers by then.
     *
     * @return whether it is open; otherwise there are too many, or the service is shutting down
     */
    synchronized boolean open(RoutingContext request) {
        if (stopped || open.size() >= MAX_STREAMS) {
            return false;
        }
        HttpServerResponse response = request.response();
        Stream stream = new Stream(vertx.getOrCreateContext(), response);
        open.add(stream);
        request.addEndHandler(ended -> close(stream));
        response.setChunked(true);
        response.write(RETRY + events(sent, Map.of()));
        if (!active) {
            active = true;
            context.runOnContext(now -> render());
        }
        return true;
    }

    private synchronized void close(Stream stream) {
        open.remove(stream);
    }

    void stop(@Observes ShutdownDelayInitiatedEvent event) {
        stop();
    }

    /** In development, a reload starts no delay. */
    void stop(@Observes ShutdownEvent event) {
        stop();
    }

    private synchronized void stop() {
        stopped = true;
        endAll();
    }

    /** @return the number of open streams */
    synchronized int size() {
        return open.size();
    }

    private void endAll() {
        List.copyOf(open).forEach(Stream::end);
    }

    private void render() {
        context.executeBlocking(parts, false).onComplete(this::rendered);
    }

    private synchronized void rendered(AsyncResult<Map<String, String>> rendering) {
        if (rendering.failed()) {
            LOG.error("Failed to render the status; its streams end", rendering.cause());
            endAll();
            rest();
            return;
        }
        send(events(rendering.result(), sent));
        sent = rendering.result();
        vertx.setTimer(INTERVAL.toMillis(), elapsed -> continueOrRest());
    }

    private void send(String events) {
        quietIntervals = events.isEmpty() ? quietIntervals + 1 : 0;
        if (!events.isEmpty() || quietIntervals % INTERVALS_PER_HEARTBEAT == 0) {
            Buffer data = Buffer.buffer(events.isEmpty() ? HEARTBEAT : events);
            open.forEach(stream -> stream.send(data));
        }
    }

    private synchronized void continueOrRest() {
        if (open.isEmpty() || stopped) {
            rest();
        } else {
            render();
        }
    }

    private void rest() {
        active = false;
        sent = Map.of();
        quietIntervals = 0;
    }

    /** @return an event for each part that differs; in one line of data for each line of HTML, as the format requires */
    private static String events(Map<String, String> parts, Map<String, String> known) {
        return parts.entrySet().stream().filter(part -> !part.getValue().equals(known.get(part.getKey())))
                .map(part -> part.getValue().lines().map(line -> "data: " + line + "\n").collect(Collectors.joining()) + "\n")
                .collect(Collectors.joining());
    }
}
