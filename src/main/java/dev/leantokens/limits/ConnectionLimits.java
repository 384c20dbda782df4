package dev.leantokens.limits;

import static dev.leantokens.settings.SettingRule.require;

import java.time.Duration;

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
 * Puts the limits of connections on every port. Vert.x tells of a connection only when it has sent its first bytes, and
 * Quarkus lets nobody near those of the main port, so this is where Netty accepts them: by its extension for that, which it
 * loads as a service where a system property says so. In development and in tests that run inside of Maven there are no
 * limits, since Netty does not see this class there.
 */
@ApplicationScoped
public class ConnectionLimits {

    private static final Logger LOG = Logger.getLogger(ConnectionLimits.class);

    private static final Duration LONGEST = Duration.ofHours(1);

    /** Of the heap, for what waits for callers. */
    private static final int BACKLOG_PART = 8;

    /** Netty makes its own instance of the extension, so what it is to do is known by the class. */
    private static volatile ConnectionGate gate;

    private final LimitsConfig config;
    private final LeanConfig lean;

    ConnectionLimits(LimitsConfig config, LeanConfig lean) {
        this.config = config;
        this.lean = lean;
    }

    /** Has Netty load its extensions, unless someone has said otherwise. To be called before the first port is opened. */
    public static void prepare() {
        if (System.getProperty(ChannelInitializerExtension.EXTENSIONS_SYSTEM_PROPERTY) == null) {
            System.setProperty(ChannelInitializerExtension.EXTENSIONS_SYSTEM_PROPERTY, "serviceload");
        }
    }

    void start(@Observes @Priority(StartOrder.LIMITS) StartupEvent event) {
        require(config.connections() > 0, "LIMITS_CONNECTIONS must be more than nothing");
        int ofAPeer = config.connectionsPerPeer().orElse(Math.max(1, config.connections() / 2));
        require(ofAPeer > 0 && ofAPeer <= config.connections(),
                "LIMITS_CONNECTIONS_PER_PEER must be more than nothing, and not more than LIMITS_CONNECTIONS");
        require(config.requestTime().compareTo(Duration.ZERO) > 0 && config.requestTime().compareTo(LONGEST) <= 0,
                "LIMITS_REQUEST_TIME must be more than nothing, and not more than " + LONGEST.toHours() + "h");
        Backlog backlog = new Backlog(Runtime.getRuntime().maxMemory() / BACKLOG_PART, config.requestTime(), System::nanoTime,
                LOG::warn);
        gate = new ConnectionGate(config.connections(), ofAPeer, config.requestTime().plus(lean.deadline()), backlog,
                System::nanoTime, LOG::warn);
    }

    void stop(@Observes ShutdownEvent event) {
        gate = null;
    }

    /** What Netty loads. Found by name in a native executable too. */
    @RegisterForReflection
    @RegisterResources(globs = "META-INF/services/io.netty.bootstrap.ChannelInitializerExtension")
    public static final class Extension extends ChannelInitializerExtension {

        @Override
        public void postInitializeServerListenerChannel(ServerChannel port) {
            ListeningPorts.add(port);
            ConnectionGate present = gate;
            if (present != null) {
                port.pipeline().addLast(present.portGuard());
            }
        }

        @Override
        public void postInitializeServerChildChannel(Channel connection) {
            ConnectionGate present = gate;
            if (present != null) {
                connection.pipeline().addFirst(present.guard());
            }
        }
    }
}
