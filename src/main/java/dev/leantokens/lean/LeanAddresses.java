package dev.leantokens.lean;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
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
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;

/**
 * Chooses the address of each new connection to Lean, or to the forward proxy: Vert.x always takes the first address that the
 * JVM has for a name. Netty's extension for new connections replaces it. The extension is loaded as
 * {@link dev.leantokens.limits.ConnectionLimits} describes, and not in development. Thread-safe.
 */
@ApplicationScoped
class LeanAddresses {

    /** Static, since Netty creates the instance of the extension. */
    private static volatile LeanAddresses instance;

    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;

    private final String host;
    private final int port;
    private final Duration openLimit;
    private final HostAddresses addresses = new HostAddresses(System::nanoTime);
    private final HostLookup lookup;
    /** Whether the host is an IP address, so that its addresses do not change. */
    private final boolean isAddress;

    LeanAddresses(LeanAccount account, LeanConfig config, Vertx vertx) {
        this.host = LeanProxy.of(config).map(LeanProxy::host).orElse(account.url().getHost());
        this.port = LeanProxy.of(config).map(LeanProxy::port).orElseGet(() -> port(account));
        this.openLimit = LeanTokenEndpoint.silenceLimit(config);
        this.lookup = new HostLookup(vertx, this::lookUp);
        this.isAddress = NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
        instance = this;
    }

    private static int port(LeanAccount account) {
        int port = account.url().getPort();
        return port >= 0 ? port : account.isEncrypted() ? HTTPS_PORT : HTTP_PORT;
    }

    private Void lookUp() throws UnknownHostException {
        addresses.replace(List.of(InetAddress.getAllByName(host)));
        return null;
    }

    void stop(@Observes ShutdownEvent event) {
        instance = null;
    }

    /** @return completes on the caller's context once the addresses are known; fails if the name is unknown */
    Uni<Void> resolve() {
        // Parsed once, by the first lookup.
        return isAddress && addresses.count() > 0 ? Uni.createFrom().voidItem() : lookup.resolve();
    }

    /** @return the number of addresses, as of the last lookup */
    int count() {
        return addresses.count();
    }

    /** Records that a connection to this address ended before it served a request. */
    void recordFailure(SocketAddress address) {
        resolved(address).ifPresent(addresses::recordFailure);
    }

    /** Records that a connection to this address served a request. */
    void recordSuccess(SocketAddress address) {
        resolved(address).ifPresent(addresses::recordSuccess);
    }

    private static Optional<InetAddress> resolved(SocketAddress address) {
        return address instanceof InetSocketAddress inet ? Optional.ofNullable(inet.getAddress()) : Optional.empty();
    }

    /** @return the address to connect to; empty if the connection is not to Lean, or no address is known */
    private Optional<InetAddress> choose(SocketAddress resolved) {
        // On this machine, Redis can have the same host.
        return resolved instanceof InetSocketAddress inet && inet.getHostString().equalsIgnoreCase(host)
                && inet.getPort() == port
                        ? addresses.next()
                        : Optional.empty();
    }

    /** Loaded by Netty, by its name, in a native executable too. */
    @RegisterForReflection
    public static final class Extension extends ChannelInitializerExtension {

        @Override
        public void postInitializeClientChannel(Channel connection) {
            connection.pipeline().addFirst(new Opening());
        }
    }

    /** Adds the other handlers when the connection is opened: by then Vert.x has added its own in front of this one. */
    private static final class Opening extends ChannelDuplexHandler {

        @Override
        public void connect(ChannelHandlerContext context, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            ChannelPipeline pipeline = context.pipeline();
            ChannelHandlerContext proxy = pipeline.context(HttpProxyHandler.class);
            if (proxy != null) {
                pipeline.addBefore(proxy.name(), null, new InterimResponses());
            }
            LeanAddresses addresses = instance;
            if (addresses != null) {
                // In front of the proxy's handler, which replaces the address by the proxy's.
                pipeline.addFirst(addresses.new AddressChoice());
            }
            context.connect(remote, local, promise);
        }
    }

    /**
     * Opens a connection to the next address, and records a failure. Vert.x removes this handler when the connection is open,
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
                    addresses.recordFailure(chosen);
                    promise.tryFailure(connectException(opened.cause()));
                }
            });
            timer = context.executor().schedule(() -> {
                // Netty's handshake timeout is longer than a call may take. Closing fails the handshake.
                addresses.recordFailure(chosen);
                context.close();
            }, openLimit.toMillis(), TimeUnit.MILLISECONDS);
            context.connect(new InetSocketAddress(chosen, ((InetSocketAddress) remote).getPort()), local, connected);
        }

        /** Wraps the other exceptions of the JDK for an unreachable network, which it also uses for broken connections. */
        private static Throwable connectException(Throwable cause) {
            return cause instanceof ConnectException ? cause
                    : new ConnectException(cause.getMessage()).initCause(cause);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (chosen != null) {
                addresses.recordFailure(chosen);
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

    /** Skips interim responses of a proxy before its response to CONNECT: Netty would treat them as that response. */
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
