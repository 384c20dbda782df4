package dev.leantokens.mcp.port;

import java.io.IOException;
import java.net.BindException;
import java.util.List;
import java.util.concurrent.CompletionException;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import org.jboss.logging.Logger;

import dev.leantokens.StartOrder;
import dev.leantokens.http.Endpoint;
import io.netty.util.concurrent.MultithreadEventExecutorGroup;
import io.quarkus.arc.All;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.quarkus.tls.runtime.config.TlsConfig;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.quarkus.vertx.http.runtime.HttpCertificateUpdateEventListener;
import io.quarkus.vertx.http.runtime.VertxHttpBuildTimeConfig;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.quarkus.vertx.http.runtime.VertxHttpConfig.InsecureRequests;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.quarkus.vertx.http.runtime.options.HttpServerOptionsUtils;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;

/**
 * Opens the MCP port. Quarkus has one HTTP server, and the MCP extension adds its routes to that server's router; this is a
 * second server with the same router and the same configuration. {@link McpPortFilter} decides which port serves what. See
 * the ADR "Serve MCP on a second listener".
 */
@ApplicationScoped
public class McpListener {

    private static final Logger LOG = Logger.getLogger(McpListener.class);

    private final VertxInternal vertx;
    private final McpConfig config;
    private final VertxHttpConfig http;
    private final VertxHttpBuildTimeConfig httpBuildTime;
    private final TlsConfigurationRegistry tls;
    private final HttpCertificateUpdateEventListener certificates;
    private final List<HttpServerOptionsCustomizer> customizers;

    private volatile AutoCloseable port;

    McpListener(Vertx vertx, McpConfig config, VertxHttpConfig http, VertxHttpBuildTimeConfig httpBuildTime,
            TlsConfigurationRegistry tls, HttpCertificateUpdateEventListener certificates,
            @All List<HttpServerOptionsCustomizer> customizers) {
        this.vertx = (VertxInternal) vertx;
        this.config = config;
        this.http = http;
        this.httpBuildTime = httpBuildTime;
        this.tls = tls;
        this.certificates = certificates;
        this.customizers = customizers;
    }

    /** @return whether MCP callers can connect, on the MCP port or on a shared main port */
    public boolean isListening() {
        return port != null || sharesMainPort();
    }

    /** @return whether the main port serves MCP too, without a second listener */
    public boolean sharesMainPort() {
        return mainPort() == config.port();
    }

    /** Runs after the configuration is checked, so that the port does not open if the start fails. */
    void start(@Observes @Priority(StartOrder.MCP_PORT) StartupEvent event) throws Exception {
        if (sharesMainPort()) {
            LOG.info("MCP is served at " + Endpoint.MCP_PATH + " of the main port " + config.port() + sessions());
            return;
        }
        HttpServerOptions options = options();
        port = LaunchMode.current() == LaunchMode.DEVELOPMENT ? reuseOrOpen(options) : open(options);
        LOG.info("MCP is served at " + addressOf(options) + Endpoint.MCP_PATH + sessions());
    }

    private String sessions() {
        return config.autoInit() ? ", without sessions" : "";
    }

    void stop(@Observes ShutdownEvent event) throws Exception {
        // Requests in flight have ended: quarkus.shutdown.timeout waits for them on both ports.
        AutoCloseable opened = port;
        port = null;
        if (opened != null && LaunchMode.current() != LaunchMode.DEVELOPMENT) {
            opened.close();
        }
    }

    private OpenPort open(HttpServerOptions options) throws IOException {
        try {
            // The same number of event loops as the main port.
            OpenPort opened = OpenPort.open(vertx, options, http.ioThreads().orElse(eventLoops()),
                    VertxHttpRecorder.getRootHandler());
            if (options.isSsl()) {
                String name = http.tlsConfigurationName().orElse(TlsConfig.DEFAULT_NAME);
                opened.servers().forEach(server -> certificates.register(server, name, "MCP"));
            }
            return opened;
        } catch (CompletionException e) {
            if (e.getCause() instanceof BindException bind) {
                // Quarkus logs it like for its own ports: in one line, with the port.
                throw new QuarkusBindException(options.getHost(), options.getPort(), bind);
            }
            throw e;
        }
    }

    /**
     * Keeps the port open over a live reload in development, as Quarkus does with the main port: the request that triggers
     * a reload may arrive on this port, and waits for its response. The open port outlives the application and its classes,
     * so a map of Vert.x holds it, by an interface of the JDK. A port whose address has changed is closed; one that stays
     * open keeps its certificate.
     */
    private AutoCloseable reuseOrOpen(HttpServerOptions options) throws Exception {
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
        HttpServerOptions options = HttpServerOptionsUtils.createSslOptions(httpBuildTime, http, LaunchMode.current(),
                List.of(), tls);
        if (options != null && options.getKeyCertOptions() != null) {
            customizers.forEach(customizer -> customizer.customizeHttpsServer(options));
            return options.setPort(config.port());
        }
        HttpServerOptions plain = new HttpServerOptions();
        HttpServerOptionsUtils.applyCommonOptions(plain, httpBuildTime, http, List.of());
        customizers.forEach(customizer -> customizer.customizeHttpServer(plain));
        return plain.setPort(config.port());
    }

    private int eventLoops() {
        return ((MultithreadEventExecutorGroup) vertx.getEventLoopGroup()).executorCount();
    }

    private int mainPort() {
        return mainPort(http);
    }

    static int mainPort(VertxHttpConfig http) {
        boolean onlyTls = http.insecureRequests().filter(InsecureRequests.DISABLED::equals).isPresent();
        return onlyTls ? http.determineSslPort(LaunchMode.current()) : http.determinePort(LaunchMode.current());
    }
}
