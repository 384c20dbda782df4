package dev.leantokens.status;

import java.util.List;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import org.jboss.logging.Logger;

import dev.leantokens.StartOrder;
import dev.leantokens.access.AccessRules;
import dev.leantokens.http.Endpoint;
import dev.leantokens.settings.LoopbackHost;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.quarkus.vertx.http.runtime.VertxHttpConfig.InsecureRequests;

/** Logs where the status page is, and for whom, when the service has started. */
@ApplicationScoped
class StatusReport {

    private static final Logger LOG = Logger.getLogger(StatusReport.class);

    /** The addresses that mean all of this machine. */
    private static final List<String> ALL = List.of("0.0.0.0", "::", "[::]");

    private final StatusConfig config;
    private final AccessRules access;
    private final VertxHttpConfig http;

    StatusReport(StatusConfig config, AccessRules access, VertxHttpConfig http) {
        this.config = config;
        this.access = access;
        this.http = http;
    }

    void log(@Observes @Priority(StartOrder.REPORT) StartupEvent event) {
        boolean loopback = ALL.contains(http.host()) || LoopbackHost.isLoopback(http.host());
        List<String> readers = access.statusReaders(loopback);
        if (config.page() && !readers.isEmpty()) {
            LOG.info("Status page: " + url() + ", for " + String.join(" and ", readers));
        }
    }

    private String url() {
        boolean onlyTls = http.insecureRequests().filter(InsecureRequests.DISABLED::equals).isPresent();
        int port = onlyTls ? http.determineSslPort(LaunchMode.current()) : http.determinePort(LaunchMode.current());
        String host = ALL.contains(http.host()) ? "localhost" : http.host();
        return (onlyTls ? "https://" : "http://") + (host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host)
                + ":"
                + port + Endpoint.START_PATH;
    }
}
