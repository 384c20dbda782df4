package dev.leantokens.testing;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;

/** Forwards connections to a port of this machine until it is cut, and again after it is repaired. */
public final class Cable implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final NetClient client = vertx.createNetClient();
    private final Set<NetSocket> sockets = ConcurrentHashMap.newKeySet();
    private final int target;
    private final NetServer server;
    private volatile boolean cut;

    public Cable(int target) {
        this.target = target;
        this.server = wait(vertx.createNetServer().connectHandler(this::forward).listen(0, RawHttp.LOOPBACK));
    }

    public int port() {
        return server.actualPort();
    }

    private void forward(NetSocket near) {
        if (cut) {
            near.close();
            return;
        }
        near.pause();
        keep(near);
        client.connect(target, RawHttp.LOOPBACK).onFailure(gone -> near.close()).onSuccess(far -> {
            keep(far);
            near.pipeTo(far);
            far.pipeTo(near);
            if (cut) {
                near.close();
                far.close();
            }
        });
    }

    private void keep(NetSocket socket) {
        sockets.add(socket);
        socket.closeHandler(nothing -> sockets.remove(socket));
    }

    /** Closes all connections, and each new one at once. */
    public void cut() {
        cut = true;
        sockets.forEach(NetSocket::close);
    }

    public void mend() {
        cut = false;
    }

    private static <T> T wait(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    @Override
    public void close() {
        wait(vertx.close());
    }
}
