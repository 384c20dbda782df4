package dev.leantokens.mcp.port;

import java.io.IOException;
import java.net.BindException;
import java.util.List;
import java.util.concurrent.CompletionException;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;

import dev.leantokens.StartOrder;
import dev.leantokens.http.Endpoint;
import io.netty.util.concurrent.MultithreadEventExecutorGroup;
import io.quarkus.arc.All;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.tls.CertificateUpdatedEvent;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.quarkus.tls.runtime.config.TlsConfig;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.quarkus.vertx.http.runtime.VertxHttpBuildTimeConfig;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.quarkus.vertx.http.runtime.VertxHttpConfig.InsecureRequests;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.quarkus.vertx.http.runtime.options.HttpServerOptionsUtils;
import io.smallrye.config.SmallRyeConfig;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;

/**
 * Opens the MCP port. Quarkus has one HTTP server, and the MCP extension puts its routes on that one's router; this is a
 * second server in front of the same router, made from the same configuration. Which port serves what is decided by
 * {@link McpPortFilter}. The ADR "a second listener for MCP" has the reasons.
 */
@ApplicationScoped
public class McpListener {

    private static final Logger LOG = Logger.getLogger(McpListener.class);

    private final VertxInternal vertx;
    private final McpConfig config;
    private final TlsConfigurationRegistry tls;
    private final List<HttpServerOptionsCustomizer> customizers;

    private volatile AutoCloseable port;

    McpListener(Vertx vertx, McpConfig config, TlsConfigurationRegistry tls,
            @All List<HttpServerOptionsCustomizer> customizers) {
        this.vertx = (VertxInternal) vertx;
        this.config = config;
        this.tls = tls;
        this.customizers = customizers;
    }

    /** @return whether MCP callers can connect: on the port of their own, or because the main port serves them */
    public boolean isListening() {
        return port != null || sharesMainPort();
    }

    /** @return whether the main port serves MCP too, so that there is no second listener */
    boolean sharesMainPort() {
        return mainPort() == config.port();
    }

    /** After those who check the configuration: a port that is open for a moment before the start fails helps nobody. */
    void start(@Observes @Priority(StartOrder.MCP_PORT) StartupEvent event) throws Exception {
        McpConfigRules.check(config);
        McpConfigRules.checkMainPort(mainPort());
        if (sharesMainPort()) {
            LOG.info("MCP is served at " + Endpoint.MCP_PATH + " of the main port " + config.port() + sessions());
            return;
        }
        HttpServerOptions options = options();
        port = LaunchMode.current() == LaunchMode.DEVELOPMENT ? stillOpenOrOpen(options) : open(options);
        LOG.info("MCP is served at " + addressOf(options) + Endpoint.MCP_PATH + sessions());
    }

    private String sessions() {
        return config.autoInit() ? ", without sessions" : "";
    }

    void stop(@Observes ShutdownEvent event) throws Exception {
        // By now the requests in flight are done: quarkus.shutdown.timeout waits for them on both ports.
        AutoCloseable opened = port;
        port = null;
        if (opened != null && LaunchMode.current() != LaunchMode.DEVELOPMENT) {
            opened.close();
        }
    }

    /**
     * As Quarkus does with its own port. In development, a port that has outlived a reload keeps the certificate that it has.
     */
    void exchangeCertificate(@Observes CertificateUpdatedEvent event) {
        if (port instanceof OpenPort open
                && event.name().equalsIgnoreCase(httpConfig().tlsConfigurationName().orElse(TlsConfig.DEFAULT_NAME))) {
            open.exchangeCertificate(event.tlsConfiguration().getSSLOptions());
        }
    }

    private OpenPort open(HttpServerOptions options) throws IOException {
        try {
            // As many event loops as serve the main port.
            return OpenPort.open(vertx, options, httpConfig().ioThreads().orElse(eventLoops()),
                    VertxHttpRecorder.getRootHandler());
        } catch (CompletionException e) {
            if (e.getCause() instanceof BindException bind) {
                // Quarkus says of it what it says of its own ports: in one line, and with the port.
                throw new QuarkusBindException(options.getHost(), options.getPort(), bind);
            }
            throw e;
        }
    }

    /**
     * Development keeps the port open over a live reload, as Quarkus does with the main port: the request that sets a
     * reload off may come by this one, and waits for its answer. The open port outlives the application and its classes
     * there, so it is kept by Vert.x, which does as well, and known by an interface of the JDK. One whose address a reload
     * has changed is closed.
     */
    private AutoCloseable stillOpenOrOpen(HttpServerOptions options) throws Exception {
        LocalMap<String, Shareable> open = vertx.sharedData().getLocalMap(McpListener.class.getName());
        String address = addressOf(options);
        for (String other : List.copyOf(open.keySet())) {
            if (!other.equals(address)) {
                ((AutoCloseable) open.remove(other)).close();
            }
        }
        if (!open.containsKey(address)) {
            open.put(address, open(options));
        }
        return (AutoCloseable) open.get(address);
    }

    private static String addressOf(HttpServerOptions options) {
        String host = options.getHost().contains(":") ? "[" + options.getHost() + "]" : options.getHost();
        return (options.isSsl() ? "https://" : "http://") + host + ":" + options.getPort();
    }

    private HttpServerOptions options() throws IOException {
        VertxHttpConfig http = httpConfig();
        VertxHttpBuildTimeConfig buildTime = smallRyeConfig().getConfigMapping(VertxHttpBuildTimeConfig.class);
        HttpServerOptions options = HttpServerOptionsUtils.createSslOptions(buildTime, http, LaunchMode.current(), List.of(),
                tls);
        if (options != null && options.getKeyCertOptions() != null) {
            customizers.forEach(customizer -> customizer.customizeHttpsServer(options));
            return options.setPort(config.port());
        }
        HttpServerOptions plain = new HttpServerOptions();
        HttpServerOptionsUtils.applyCommonOptions(plain, buildTime, http, List.of());
        customizers.forEach(customizer -> customizer.customizeHttpServer(plain));
        return plain.setPort(config.port());
    }

    private int eventLoops() {
        return ((MultithreadEventExecutorGroup) vertx.getEventLoopGroup()).executorCount();
    }

    private static int mainPort() {
        VertxHttpConfig http = httpConfig();
        boolean onlyTls = http.insecureRequests().filter(InsecureRequests.DISABLED::equals).isPresent();
        return onlyTls ? http.determineSslPort(LaunchMode.current()) : http.determinePort(LaunchMode.current());
    }

    private static VertxHttpConfig httpConfig() {
        return smallRyeConfig().getConfigMapping(VertxHttpConfig.class);
    }

    private static SmallRyeConfig smallRyeConfig() {
        return ConfigProvider.getConfig().unwrap(SmallRyeConfig.class);
    }
}
