package dev.leantokens.testing;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;

/** Forwards connections to a port of this machine until it is cut, and again after it is repaired; late, if that is wanted. */
public final class Cable implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final NetClient client = vertx.createNetClient();
    private final Set<NetSocket> sockets = ConcurrentHashMap.newKeySet();
    private final int target;
    private final NetServer server;
    private volatile boolean cut;
    private volatile long delayMillis;

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
            carry(near, far);
            carry(far, near);
            near.resume();
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

    /** Keeps the order, also when the delay changes. */
    private void carry(NetSocket from, NetSocket to) {
        AtomicLong last = new AtomicLong();
        from.handler(bytes -> {
            long now = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
            long due = Math.max(now + delayMillis, last.get() < now ? now : last.get() + 1);
            if (due > now) {
                last.set(due);
                vertx.setTimer(due - now, nothing -> to.write(bytes));
            } else {
                to.write(bytes);
            }
        });
        from.closeHandler(nothing -> {
            sockets.remove(from);
            to.close();
        });
    }

    /** Delivers everything that is sent from now on after this delay, in both directions; zero for none. */
    public void slowDown(Duration delay) {
        delayMillis = delay.toMillis();
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
