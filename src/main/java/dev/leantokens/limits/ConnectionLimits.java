package dev.leantokens.limits;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import org.jboss.logging.Logger;

import dev.leantokens.StartOrder;
import dev.leantokens.lean.LeanConfig;
import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.runtime.annotations.RegisterResources;

/**
 * Installs the connection limits on every port, by Netty's extension for accepted connections. Vert.x reports a connection only
 * after its first bytes, and Quarkus gives no access to those of the main port. Netty loads the extension as a service if a
 * system property says so. There are no limits in development and in tests inside Maven, where Netty does not see this class.
 */
@ApplicationScoped
public class ConnectionLimits {

    private static final Logger LOG = Logger.getLogger(ConnectionLimits.class);

    /** The backlog may take the heap divided by this. */
    private static final int BACKLOG_DIVISOR = 8;

    /** Static, since Netty creates its own instance of the extension. */
    private static volatile ConnectionGate gate;

    private final LimitsConfig config;
    private final LeanConfig lean;

    ConnectionLimits(LimitsConfig config, LeanConfig lean) {
        this.config = config;
        this.lean = lean;
    }

    /** Makes Netty load its extensions, unless the system property is set. Must be called before the first port opens. */
    public static void prepare() {
        if (System.getProperty(ChannelInitializerExtension.EXTENSIONS_SYSTEM_PROPERTY) == null) {
            System.setProperty(ChannelInitializerExtension.EXTENSIONS_SYSTEM_PROPERTY, "serviceload");
        }
    }

    void start(@Observes @Priority(StartOrder.LIMITS) StartupEvent event) {
        int perPeer = config.connectionsPerPeer().orElse(Math.max(1, config.connections() / 2));
        Backlog backlog = new Backlog(Runtime.getRuntime().maxMemory() / BACKLOG_DIVISOR, config.requestTime(),
                System::nanoTime,
                LOG::warn);
        gate = new ConnectionGate(config.connections(), perPeer, config.requestTime().plus(lean.deadline()), backlog,
                System::nanoTime, LOG::warn);
    }

    void stop(@Observes ShutdownEvent event) {
        gate = null;
    }

    /** Loaded by Netty as a service, in a native executable too. */
    @RegisterForReflection
    @RegisterResources(globs = "META-INF/services/io.netty.bootstrap.ChannelInitializerExtension")
    public static final class Extension extends ChannelInitializerExtension {

        @Override
        public void postInitializeServerListenerChannel(ServerChannel port) {
            ListeningPorts.add(port);
            ConnectionGate current = gate;
            if (current != null) {
                port.pipeline().addLast(current.portGuard());
            }
        }

        @Override
        public void postInitializeServerChildChannel(Channel connection) {
            ConnectionGate current = gate;
            if (current != null) {
                connection.pipeline().addFirst(current.connectionGuard());
            }
        }
    }
}
