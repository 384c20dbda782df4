package dev.leantokens.mcp.port;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.shareddata.Shareable;

/**
 * An open port with one HTTP server for each event loop: Vert.x distributes connections among the servers of a port, and a
 * single server would serve all of them on one event loop. The methods block, so they must not be called on an event loop.
 */
record OpenPort(List<HttpServer> servers) implements Shareable, AutoCloseable {

    /** @throws CompletionException with the cause, if the port cannot be opened */
    static OpenPort open(VertxInternal vertx, HttpServerOptions options, int eventLoops, Handler<HttpServerRequest> handler) {
        List<HttpServer> servers = new ArrayList<>();
        List<Future<HttpServer>> opened = new ArrayList<>();
        for (int i = 0; i < eventLoops; i++) {
            HttpServer server = vertx.createHttpServer(options).requestHandler(handler);
            servers.add(server);
            // Each context has the next event loop, and a server belongs to the event loop on which it starts to listen.
            ContextInternal eventLoop = vertx.createEventLoopContext();
            opened.add(Future.future(listening -> eventLoop.runOnContext(v -> server.listen().onComplete(listening))));
        }
        OpenPort port = new OpenPort(List.copyOf(servers));
        try {
            Future.join(opened).toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            // Not in a callback, which would wait for the event loops on one of them.
            port.close();
            throw e;
        }
        return port;
    }

    /** Closes the port and its connections. */
    @Override
    public void close() {
        Future.join(servers.stream().map(HttpServer::close).toList()).toCompletionStage().toCompletableFuture().join();
    }
}
