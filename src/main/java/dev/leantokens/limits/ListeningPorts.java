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

/** The listening ports, as far as {@link ConnectionLimits} sees them opened. */
@ApplicationScoped
class ListeningPorts implements NewConnections {

    /** How long to wait for each event loop, in case one is blocked. */
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    /** Static, since Netty creates its own instance of the extension. */
    private static final Set<ServerChannel> PORTS = ConcurrentHashMap.newKeySet();

    private final VertxInternal vertx;

    ListeningPorts(Vertx vertx) {
        this.vertx = (VertxInternal) vertx;
    }

    static void add(ServerChannel port) {
        PORTS.add(port);
        port.closeFuture().addListener(closed -> PORTS.remove(port));
    }

    /** New connections wait in the operating system's accept queue. */
    @Override
    public void pauseDuring(Runnable task) {
        List<ServerChannel> ports = List.copyOf(PORTS);
        ports.forEach(port -> port.config().setAutoRead(false));
        try {
            // Connections accepted before are set up on another event loop.
            ports.forEach(port -> awaitQueuedTasks(port.eventLoop()));
            vertx.getEventLoopGroup().forEach(ListeningPorts::awaitQueuedTasks);
            task.run();
        } finally {
            ports.forEach(port -> port.config().setAutoRead(true));
        }
    }

    private static void awaitQueuedTasks(EventExecutor eventLoop) {
        eventLoop.submit(() -> true).awaitUninterruptibly(TIMEOUT.toMillis());
    }
}
