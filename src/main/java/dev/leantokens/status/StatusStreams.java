package dev.leantokens.status;

import java.time.Duration;
import java.util.HashSet;
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
    /** So that one caller does not take all places. */
    static final int MAX_STREAMS_PER_CALLER = 5;
    static final Duration INTERVAL = Duration.ofSeconds(3);

    /** When browsers open the stream again. It is also the first data, with which the headers are sent. */
    private static final String RETRY = "retry: 5000\n\n";
    /** A comment in place of events, so that a connection that is broken is noticed on both sides. */
    private static final String HEARTBEAT = ":\n\n";

    private final Vertx vertx;
    /** Not that of a request: the timer must not keep it. */
    private final Context context;
    private final Callable<Map<String, String>> parts;
    private final Duration interval;

    /** Guarded by this, as the fields that follow. */
    private final Set<Stream> open = new HashSet<>();
    /** What all streams have got; empty before the first rendering. */
    private Map<String, String> sent = Map.of();
    /** Whether a rendering is under way, or a timer will start the next one. */
    private boolean active;
    private boolean stopped;

    /**
     * A stream.
     *
     * @param account of the caller
     * @param context the context of the request, on whose thread the response is written
     */
    private record Stream(String account, Context context, HttpServerResponse response) {

        /** Excludes the account. */
        @Override
        public String toString() {
            return "Stream[]";
        }
    }

    @Inject
    StatusStreams(Vertx vertx, StatusReader reader, StatusHtml html) {
        this(vertx, () -> html.parts(reader.read()), INTERVAL);
    }

    /** @param parts renders the status; called on worker threads, never concurrently */
    StatusStreams(Vertx vertx, Callable<Map<String, String>> parts, Duration interval) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.parts = parts;
        this.interval = interval;
    }

    /**
     * Opens a stream, whose first events are all parts. To be called on the event loop of the request, whose response has its
     * headers by then.
     *
     * @param account of the caller
     * @return whether it is open; otherwise there are too many, or the service is shutting down
     */
    synchronized boolean open(RoutingContext request, String account) {
        if (stopped || open.size() >= MAX_STREAMS
                || open.stream().filter(stream -> stream.account.equals(account)).count() >= MAX_STREAMS_PER_CALLER) {
            return false;
        }
        HttpServerResponse response = request.response();
        Stream stream = new Stream(account, vertx.getOrCreateContext(), response);
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
        open.forEach(stream -> stream.context.runOnContext(now -> {
            if (!stream.response.ended() && !stream.response.closed()) {
                stream.response.end();
            }
        }));
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
        String events = events(rendering.result(), sent);
        Buffer data = Buffer.buffer(events.isEmpty() ? HEARTBEAT : events);
        open.forEach(stream -> stream.context.runOnContext(now -> send(data, stream)));
        sent = rendering.result();
        vertx.setTimer(interval.toMillis(), elapsed -> continueOrRest());
    }

    private void send(Buffer data, Stream stream) {
        HttpServerResponse response = stream.response;
        if (response.ended() || response.closed()) {
            return;
        }
        if (response.writeQueueFull()) {
            // Its place is free at once; limits/Backlog closes a connection that does not take what was written before.
            close(stream);
            response.reset();
        } else {
            response.write(data);
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
    }

    /** @return an event for each part that differs; in one line of data for each line of HTML, as the format requires */
    private static String events(Map<String, String> parts, Map<String, String> known) {
        return parts.entrySet().stream().filter(part -> !part.getValue().equals(known.get(part.getKey())))
                .map(part -> part.getValue().lines().map(line -> "data: " + line + "\n").collect(Collectors.joining()) + "\n")
                .collect(Collectors.joining());
    }
}
