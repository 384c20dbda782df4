package dev.leantokens.mcp;

import java.io.IOException;
import java.net.BindException;
import java.util.List;
import java.util.concurrent.CompletionException;

import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import io.netty.util.concurrent.MultithreadEventExecutorGroup;
import io.quarkus.arc.All;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.quarkus.vertx.http.runtime.VertxHttpBuildTimeConfig;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.quarkus.vertx.http.runtime.options.HttpServerOptionsUtils;
import io.smallrye.config.SmallRyeConfig;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.impl.VertxInternal;

/**
 * Opens the MCP port. Quarkus has one HTTP server, and the MCP extension puts its routes on that one's router; this is a
 * second server in front of the same router, made from the same configuration. Which port serves what is decided by
 * {@link McpPortFilter}. The ADR "a second listener for MCP" has the reasons.
 */
@ApplicationScoped
public class McpListener {

    private static final Logger LOG = Logger.getLogger(McpListener.class);

    private final Vertx vertx;
    private final McpConfig config;
    private final TlsConfigurationRegistry tls;
    private final List<HttpServerOptionsCustomizer> customizers;

    private volatile String deployment;

    McpListener(Vertx vertx, McpConfig config, TlsConfigurationRegistry tls, @All List<HttpServerOptionsCustomizer> customizers) {
        this.vertx = vertx;
        this.config = config;
        this.tls = tls;
        this.customizers = customizers;
    }

    /** @return whether MCP callers can connect: on the port of their own, or because the main port serves them */
    public boolean isListening() {
        return deployment != null || sharesMainPort();
    }

    /** @return whether the main port serves MCP too, so that there is no second listener */
    boolean sharesMainPort() {
        return httpConfig().determinePort(LaunchMode.current()) == config.port();
    }

    void start(@Observes StartupEvent event) throws IOException {
        if (sharesMainPort()) {
            LOG.infof("MCP is served at %s of the main port %d", McpConfig.PATH, config.port());
            return;
        }
        HttpServerOptions options = options();
        // As many instances as the main server has: one alone would serve every connection from one event loop.
        int instances = httpConfig().ioThreads().orElse(eventLoops());
        try {
            deployment = vertx.deployVerticle(() -> new Listener(options), new DeploymentOptions().setInstances(instances))
                    .toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof BindException bind) {
                // Quarkus says of it what it says of its own ports: in one line, and with the port.
                throw new QuarkusBindException(options.getHost(), options.getPort(), bind);
            }
            throw e;
        }
        LOG.infof("MCP is served at http%s://%s:%d%s", options.isSsl() ? "s" : "", options.getHost(), options.getPort(),
                McpConfig.PATH);
    }

    void stop(@Observes ShutdownEvent event) {
        // By now the requests in flight are done: quarkus.shutdown.timeout waits for them on both ports.
        String opened = deployment;
        deployment = null;
        if (opened != null) {
            vertx.undeploy(opened).toCompletionStage().toCompletableFuture().join();
        }
    }

    private HttpServerOptions options() throws IOException {
        VertxHttpConfig http = httpConfig();
        VertxHttpBuildTimeConfig buildTime = smallRyeConfig().getConfigMapping(VertxHttpBuildTimeConfig.class);
        HttpServerOptions options = HttpServerOptionsUtils.createSslOptions(buildTime, http, LaunchMode.current(), List.of(), tls);
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
        return ((MultithreadEventExecutorGroup) ((VertxInternal) vertx).getEventLoopGroup()).executorCount();
    }

    private static VertxHttpConfig httpConfig() {
        return smallRyeConfig().getConfigMapping(VertxHttpConfig.class);
    }

    private static SmallRyeConfig smallRyeConfig() {
        return ConfigProvider.getConfig().unwrap(SmallRyeConfig.class);
    }

    /** One instance for each event loop; Vert.x shares the port among them and closes the server with the last. */
    private static final class Listener extends AbstractVerticle {

        private final HttpServerOptions options;

        private Listener(HttpServerOptions options) {
            this.options = options;
        }

        @Override
        public void start(Promise<Void> started) {
            HttpServer server = vertx.createHttpServer(options).requestHandler(VertxHttpRecorder.getRootHandler());
            server.listen().<Void>mapEmpty().onComplete(started);
        }
    }
}
