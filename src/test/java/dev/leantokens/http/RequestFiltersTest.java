package dev.leantokens.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;

class RequestFiltersTest {

    private final Vertx vertx = Vertx.vertx();
    private final RequestFilters filters = new RequestFilters();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final AtomicReference<Context> loop = new AtomicReference<>();

    @AfterEach
    void stop() {
        await(vertx.close());
    }

    @Test
    void theHighestPriorityRunsFirstOnBothSidesOfCors() {
        filters.register(passing("callers"), FilterOrder.CALLERS);
        filters.register(passing("hosts"), FilterOrder.HOSTS);
        filters.register(passing("headers"), FilterOrder.HEADERS);
        filters.register(passing("ports"), FilterOrder.PORTS);

        assertThat(request("/v1/oauth2/token")).isEqualTo(200);

        assertThat(calls).containsExactly("ports TOKEN", "hosts TOKEN", "cors", "callers TOKEN", "headers TOKEN");
    }

    @Test
    void nothingRunsAfterAFilterHasResponded() {
        filters.register(passing("ports"), FilterOrder.PORTS);
        filters.register((context, endpoint) -> {
            context.response().setStatusCode(403).end();
            return false;
        }, FilterOrder.HOSTS);
        filters.register(passing("options"), FilterOrder.OPTIONS);
        filters.register(passing("callers"), FilterOrder.CALLERS);

        assertThat(request("/mcp")).isEqualTo(403);

        assertThat(calls).containsExactly("ports MCP");
    }

    @Test
    void prioritiesAreNotShared() {
        filters.register(passing("first"), FilterOrder.PORTS);

        assertThatThrownBy(() -> filters.register(passing("second"), FilterOrder.PORTS))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void filterIsRepeatedAfterAnEventAndTheNextOnesFollow() {
        AtomicReference<CompletableFuture<Void>> event = new AtomicReference<>();
        filters.register(passing("ports"), FilterOrder.PORTS);
        filters.register(waitingOnce("callers", event), FilterOrder.CALLERS);
        filters.register(passing("headers"), FilterOrder.HEADERS);

        Future<String> response = post("/v1/oauth2/token", "body");
        // On another thread than the request's.
        awaitEvent(event).complete(null);

        assertThat(await(response)).isEqualTo("body");
        assertThat(calls).containsExactly("ports TOKEN", "cors", "callers waits", "callers passes", "headers TOKEN");
        assertThat(threads).hasSize(1);
    }

    @Test
    void bodyThatArrivesMeanwhileIsNotLost() {
        filters.register(passing("ports"), FilterOrder.PORTS);
        AtomicReference<CompletableFuture<Void>> event = new AtomicReference<>();
        filters.register(waitingOnce("callers", event), FilterOrder.CALLERS);
        HttpClientRequest request = await(vertx.createHttpClient().request(HttpMethod.POST, listen(), "127.0.0.1", "/"));
        Future<String> response = request.response().compose(HttpClientResponse::body).map(Buffer::toString);

        await(request.setChunked(true).write("first "));
        CompletableFuture<Void> later = awaitEvent(event);
        await(request.write("second "));
        await(request.end("third"));
        later.complete(null);

        assertThat(await(response)).isEqualTo("first second third");
    }

    @Test
    void eventThatHasHappenedIsNoWait() {
        filters.register(passing("ports"), FilterOrder.PORTS);
        filters.register((context, endpoint) -> {
            if (context.get("seen") != null) {
                return true;
            }
            context.put("seen", true);
            RequestFilters.repeatAfter(Uni.createFrom().voidItem(), context);
            return false;
        }, FilterOrder.CALLERS);

        assertThat(await(post("/", "body"))).isEqualTo("body");
    }

    @Test
    void nothingRunsIfTheCallerHangsUpMeanwhile() {
        AtomicReference<CompletableFuture<Void>> event = new AtomicReference<>();
        CountDownLatch closed = new CountDownLatch(1);
        filters.register((context, endpoint) -> {
            context.response().closeHandler(gone -> closed.countDown());
            return true;
        }, FilterOrder.PORTS);
        filters.register(waitingOnce("callers", event), FilterOrder.CALLERS);
        HttpClient client = vertx.createHttpClient();
        HttpClientRequest request = await(client.request(HttpMethod.POST, listen(), "127.0.0.1", "/"));
        await(request.setChunked(true).write("first "));
        CompletableFuture<Void> later = awaitEvent(event);

        await(request.connection().close());
        Awaitility.await().until(() -> closed.getCount() == 0);
        later.complete(null);
        await(drained());

        assertThat(calls).containsExactly("cors", "callers waits");
    }

    @Test
    void failureOfARepeatedFilterIsTheRequests() {
        filters.register(passing("ports"), FilterOrder.PORTS);
        AtomicReference<CompletableFuture<Void>> event = new AtomicReference<>();
        filters.register((context, endpoint) -> {
            if (event.get() != null) {
                throw new IllegalStateException("failed in its second run");
            }
            RequestFilters.repeatAfter(started(event), context);
            return false;
        }, FilterOrder.CALLERS);
        Future<Integer> status = vertx.createHttpClient().request(HttpMethod.GET, listen(), "127.0.0.1", "/")
                .compose(HttpClientRequest::send).map(HttpClientResponse::statusCode);

        awaitEvent(event).complete(null);

        assertThat(await(status)).isEqualTo(500);
    }

    @Test
    void failureOfTheEventIsTheRequests() {
        AtomicReference<CompletableFuture<Void>> event = new AtomicReference<>();
        filters.register(passing("ports"), FilterOrder.PORTS);
        filters.register(waitingOnce("callers", event), FilterOrder.CALLERS);
        Future<Integer> status = vertx.createHttpClient().request(HttpMethod.GET, listen(), "127.0.0.1", "/")
                .compose(HttpClientRequest::send).map(HttpClientResponse::statusCode);

        awaitEvent(event).completeExceptionally(new IllegalStateException("failed meanwhile"));

        assertThat(await(status)).isEqualTo(500);
    }

    private RequestFilter waitingOnce(String name, AtomicReference<CompletableFuture<Void>> event) {
        return (context, endpoint) -> {
            loop.set(Vertx.currentContext());
            threads.add(Thread.currentThread());
            boolean waits = event.get() == null;
            calls.add(name + (waits ? " waits" : " passes"));
            if (waits) {
                RequestFilters.repeatAfter(started(event), context);
            }
            return !waits;
        };
    }

    private static Uni<Void> started(AtomicReference<CompletableFuture<Void>> event) {
        CompletableFuture<Void> later = new CompletableFuture<>();
        event.set(later);
        return Uni.createFrom().completionStage(later);
    }

    private static CompletableFuture<Void> awaitEvent(AtomicReference<CompletableFuture<Void>> event) {
        Awaitility.await().until(() -> event.get() != null);
        return event.get();
    }

    /** Completes after all tasks that the request's event loop has now. */
    private Future<Void> drained() {
        Promise<Void> done = Promise.promise();
        loop.get().runOnContext(done::complete);
        return done.future();
    }

    private Future<String> post(String path, String body) {
        return vertx.createHttpClient().request(HttpMethod.POST, listen(), "127.0.0.1", path)
                .compose(request -> request.send(body)).compose(HttpClientResponse::body).map(Buffer::toString);
    }

    private RequestFilter passing(String name) {
        return (context, endpoint) -> {
            calls.add(name + " " + endpoint);
            return true;
        };
    }

    /** @return the status of the response */
    private int request(String path) {
        return await(vertx.createHttpClient().request(HttpMethod.GET, listen(), "127.0.0.1", path)
                .compose(HttpClientRequest::send)).statusCode();
    }

    /**
     * Serves a router with the filters, in the order that Quarkus gives them, which responds with the body of the request. Like
     * Quarkus, it pauses requests until their body is read.
     *
     * @return the port
     */
    private int listen() {
        Filters routes = new Filters();
        routes.register(context -> {
            calls.add("cors");
            context.next();
        }, FilterOrder.CORS);
        filters.addTo(routes);
        Router router = Router.router(vertx);
        routes.getFilters().forEach(route -> router.route().order(-route.getPriority()).handler(route.getHandler()));
        router.route().last().handler(
                context -> context.request().bodyHandler(body -> context.response().end(body)).resume());
        HttpServer server = await(vertx.createHttpServer().requestHandler(request -> {
            request.pause();
            router.handle(request);
        }).listen(0, "127.0.0.1"));
        return server.actualPort();
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}
