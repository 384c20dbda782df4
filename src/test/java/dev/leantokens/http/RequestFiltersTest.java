package dev.leantokens.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;

class RequestFiltersTest {

    private final Vertx vertx = Vertx.vertx();
    private final RequestFilters filters = new RequestFilters();
    private final List<String> calls = new ArrayList<>();

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

    private RequestFilter passing(String name) {
        return (context, endpoint) -> {
            calls.add(name + " " + endpoint);
            return true;
        };
    }

    /** @return the status of a response of a router with the filters, in the order that Quarkus gives them */
    private int request(String path) {
        Filters routes = new Filters();
        routes.register(context -> {
            calls.add("cors");
            context.next();
        }, FilterOrder.CORS);
        filters.addTo(routes);
        Router router = Router.router(vertx);
        routes.getFilters().forEach(route -> router.route().order(-route.getPriority()).handler(route.getHandler()));
        router.route().last().handler(context -> context.response().end());
        HttpServer server = await(vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"));
        return await(vertx.createHttpClient().request(HttpMethod.GET, server.actualPort(), "127.0.0.1", path)
                .compose(request -> request.send())).statusCode();
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}
