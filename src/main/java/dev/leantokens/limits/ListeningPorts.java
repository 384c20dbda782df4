package dev.leantokens.limits;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.enterprise.context.ApplicationScoped;

import dev.leantokens.tls.NewConnections;
import io.netty.channel.ServerChannel;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;

/** The ports that Netty accepts connections at, as far as {@link ConnectionLimits} hears of them. */
@ApplicationScoped
class ListeningPorts implements NewConnections {

    /** For an event loop to get to it; one that is held up is not waited for. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** Netty's extension is known by its class only. */
    private static final Set<ServerChannel> PORTS = ConcurrentHashMap.newKeySet();

    private final VertxInternal vertx;

    ListeningPorts(Vertx vertx) {
        this.vertx = (VertxInternal) vertx;
    }

    static void add(ServerChannel port) {
        PORTS.add(port);
        port.closeFuture().addListener(closed -> PORTS.remove(port));
    }

    /** They wait in the system's queue, which is there for that. */
    @Override
    public void pauseDuring(Runnable task) {
        List<ServerChannel> ports = List.copyOf(PORTS);
        ports.forEach(port -> port.config().setAutoRead(false));
        try {
            // What has been accepted already is handed to another event loop, and set up there.
            ports.forEach(port -> letPass(port.eventLoop()));
            vertx.getEventLoopGroup().forEach(ListeningPorts::letPass);
            task.run();
        } finally {
            ports.forEach(port -> port.config().setAutoRead(true));
        }
    }

    private static void letPass(EventExecutor eventLoop) {
        eventLoop.submit(() -> true).awaitUninterruptibly(PATIENCE.toMillis());
    }
}
