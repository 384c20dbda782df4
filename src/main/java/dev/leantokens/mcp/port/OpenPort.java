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
import io.vertx.core.net.SSLOptions;
import io.vertx.core.shareddata.Shareable;

/**
 * A port that is being listened on, by one HTTP server for each of a number of event loops: Vert.x hands the connections
 * round among servers of the same port, where one alone would serve them all from one event loop.
 */
final class OpenPort implements Shareable, AutoCloseable {

    private final List<HttpServer> servers;

    private OpenPort(List<HttpServer> servers) {
        this.servers = servers;
    }

    /**
     * Opens the port and waits until that is done; not for an event loop.
     *
     * @throws CompletionException with the reason, if it cannot be opened
     */
    static OpenPort open(VertxInternal vertx, HttpServerOptions options, int eventLoops, Handler<HttpServerRequest> handler) {
        List<HttpServer> servers = new ArrayList<>();
        List<Future<HttpServer>> opened = new ArrayList<>();
        for (int i = 0; i < eventLoops; i++) {
            HttpServer server = vertx.createHttpServer(options).requestHandler(handler);
            servers.add(server);
            // Each context is of the next event loop, and a server belongs to the one where it began to listen.
            ContextInternal eventLoop = vertx.createEventLoopContext();
            opened.add(Future.future(listening -> eventLoop.runOnContext(v -> server.listen().onComplete(listening))));
        }
        OpenPort port = new OpenPort(List.copyOf(servers));
        try {
            Future.join(opened).toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            // Here and not in a callback: that would wait for the event loops on one of them.
            port.close();
            throw e;
        }
        return port;
    }

    /**
     * Shows another certificate to new connections, and waits until that is done; not for an event loop.
     *
     * @throws CompletionException with the reason, if it cannot be
     */
    void exchangeCertificate(SSLOptions options) {
        Future.join(servers.stream().map(server -> server.updateSSLOptions(options)).toList()).toCompletionStage()
                .toCompletableFuture().join();
    }

    /** Closes the port and its connections, and waits until that is done; not for an event loop. */
    @Override
    public void close() {
        Future.join(servers.stream().map(HttpServer::close).toList()).toCompletionStage().toCompletableFuture().join();
    }
}
