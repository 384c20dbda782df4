package dev.leantokens.lean;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;

/**
 * The addresses that connections to Lean are opened to: Lean's own, or those of the proxy before it. Vert.x opens every
 * connection to the first address that the JVM has for a name. Netty's extension for new connections
 * replaces it. The extension is loaded as {@link dev.leantokens.limits.ConnectionLimits} describes, and not in development.
 * Thread-safe.
 */
@ApplicationScoped
class LeanAddresses {

    /** Netty creates its own instance of the extension, so this one is static. */
    private static volatile LeanAddresses present;

    private final String host;
    private final Duration patience;
    private final HostAddresses addresses = new HostAddresses(System::nanoTime);
    private final HostLookup lookup;

    LeanAddresses(LeanAccount account, LeanConfig config, Vertx vertx) {
        this.host = LeanProxy.of(config).map(LeanProxy::host).orElse(account.url().getHost());
        this.patience = LeanTokenEndpoint.patience(config);
        this.lookup = new HostLookup(vertx, () -> addresses.found(List.of(InetAddress.getAllByName(host))));
        present = this;
    }

    void stop(@Observes ShutdownEvent event) {
        present = null;
    }

    /** @return when the addresses are known, on the caller's context; or a failure if the name is unknown */
    Uni<Void> look() {
        return lookup.look();
    }

    /** @return the number of addresses, as of the last look */
    int count() {
        return addresses.count();
    }

    /** A connection to this address ended before it served a request. */
    void failed(SocketAddress address) {
        if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
            addresses.failed(inet.getAddress());
        }
    }

    void served(SocketAddress address) {
        if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
            addresses.served(inet.getAddress());
        }
    }

    /** @return the address to connect to; empty if the connection is to another host, or no address is known */
    private Optional<InetAddress> choose(SocketAddress resolved) {
        return resolved instanceof InetSocketAddress inet && inet.getHostString().equalsIgnoreCase(host)
                ? addresses.next()
                : Optional.empty();
    }

    /** What Netty loads. Found by name in a native executable too. */
    @RegisterForReflection
    public static final class Extension extends ChannelInitializerExtension {

        @Override
        public void postInitializeClientChannel(Channel connection) {
            LeanAddresses addresses = present;
            if (addresses != null) {
                connection.pipeline().addFirst(addresses.new Opening());
            }
        }
    }

    /** Vert.x puts its own handlers in front of this one, and takes this one out when the connection is open. */
    private final class Opening extends ChannelDuplexHandler {

        @Override
        public void connect(ChannelHandlerContext context, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            ChannelPipeline pipeline = context.pipeline();
            ChannelHandlerContext proxy = pipeline.context(HttpProxyHandler.class);
            if (proxy != null) {
                pipeline.addBefore(proxy.name(), null, new InterimResponses());
            }
            // The proxy's handler says which address it is: that of the proxy.
            pipeline.addFirst(new AddressChoice());
            context.connect(remote, local, promise);
        }
    }

    /**
     * Opens a connection to the next address, and records an address that fails. Vert.x removes it when the connection is open,
     * including TLS and the proxy's tunnel.
     */
    private final class AddressChoice extends ChannelDuplexHandler {

        private InetAddress chosen;
        private ScheduledFuture<?> timer;

        @Override
        public void connect(ChannelHandlerContext context, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            Optional<InetAddress> next = choose(remote);
            if (next.isEmpty()) {
                context.pipeline().remove(this);
                context.connect(remote, local, promise);
                return;
            }
            chosen = next.get();
            ChannelPromise connected = context.newPromise();
            connected.addListener(opened -> {
                if (opened.isSuccess()) {
                    promise.trySuccess();
                } else {
                    addresses.failed(chosen);
                    promise.tryFailure(notConnected(opened.cause()));
                }
            });
            timer = context.executor().schedule(() -> {
                // It would be waited for longer than for the call. Its handshake fails then.
                addresses.failed(chosen);
                context.close();
            }, patience.toMillis(), TimeUnit.MILLISECONDS);
            context.connect(new InetSocketAddress(chosen, ((InetSocketAddress) remote).getPort()), local, connected);
        }

        /** The JDK has other classes for a network that is unreachable, which it also uses for connections that break. */
        private static Throwable notConnected(Throwable cause) {
            return cause instanceof ConnectException ? cause
                    : new ConnectException(cause.getMessage()).initCause(cause);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (chosen != null) {
                addresses.failed(chosen);
            }
            context.fireChannelInactive();
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            if (timer != null) {
                timer.cancel(false);
            }
        }
    }

    /** Skips interim responses of a proxy before its answer to CONNECT, which Netty takes for the answer. */
    private static final class InterimResponses extends ChannelInboundHandlerAdapter {

        private boolean interim;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpResponse response && response.status().codeClass() == HttpStatusClass.INFORMATIONAL
                    && response.status().code() != 101) {
                interim = true;
            }
            if (interim && (message instanceof HttpResponse || message instanceof HttpContent)) {
                interim = !(message instanceof LastHttpContent);
                ReferenceCountUtil.release(message);
            } else {
                context.fireChannelRead(message);
            }
        }
    }
}
