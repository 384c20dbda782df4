package dev.leantokens.peers;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;

/**
 * The floor of the comparison: Vert.x alone reads the request's body, ignores it, and returns a fixed response with the
 * size and headers of the service's cached one. The port is the only argument.
 */
public final class BareVertx extends AbstractVerticle {

    private static final Buffer RESPONSE = Buffer.buffer("{\"access_token\":\"" + "x".repeat(900)
            + "\",\"scope\":\"api\",\"token_type\":\"Bearer\",\"expires_in\":3599}");

    private final int port;

    private BareVertx(int port) {
        this.port = port;
    }

    public static void main(String[] arguments) {
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        int port = Integer.parseInt(arguments[0]);
        Vertx.vertx().deployVerticle(() -> new BareVertx(port),
                new DeploymentOptions().setInstances(VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE))
                .onFailure(e -> {
                    e.printStackTrace();
                    System.exit(1);
                });
    }

    @Override
    public void start() {
        vertx.createHttpServer(new HttpServerOptions().setPort(port).setHost("127.0.0.1"))
                .requestHandler(BareVertx::answer)
                .listen();
    }

    private static void answer(HttpServerRequest request) {
        request.bodyHandler(body -> request.response()
                .putHeader("Content-Type", "application/json;charset=UTF-8")
                .putHeader("Cache-Control", "no-store")
                .putHeader("Pragma", "no-cache")
                .putHeader("Cache-Status", "lean-authentication-tokens; hit; ttl=3599")
                .end(RESPONSE));
    }
}
