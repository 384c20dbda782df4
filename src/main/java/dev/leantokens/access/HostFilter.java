package dev.leantokens.access;

import java.util.List;
import java.util.Set;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.error.TokenError;
import dev.leantokens.http.Endpoint;
import dev.leantokens.http.FilterOrder;
import dev.leantokens.http.HttpErrors;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;

/** Applies the {@link HostRules} to requests on both ports. */
@ApplicationScoped
class HostFilter {

    private static final CharSequence SEC_FETCH_SITE = HttpHeaders.createOptimized("Sec-Fetch-Site");

    private final HostRules rules;
    private final HttpErrors errors;

    HostFilter(AccessConfig config, HttpErrors errors) {
        this.rules = new HostRules(config.allowedHosts().orElse(Set.of()), config.allowedOrigins().orElse(Set.of()));
        this.errors = errors;
    }

    void register(@Observes Filters filters) {
        filters.register(this::filter, FilterOrder.HOSTS);
    }

    private void filter(RoutingContext context) {
        List<String> hosts = context.request().headers().getAll(HttpHeaders.HOST);
        String host = hostOf(context);
        // Probes use the pod IP as Host; management endpoints expose nothing worth rebinding for.
        boolean probe = Endpoint.of(context) == Endpoint.MANAGEMENT;
        if (!probe && (hosts.size() > 1 || !rules.servesHost(host) || !servesTarget(context))) {
            errors.send(context, TokenError.FOREIGN_HOST.because("this service is not served under this host name; "
                    + "its operator can add the name to ALLOWED_HOSTS"));
            return;
        }
        List<String> origins = context.request().headers().getAll(HttpHeaders.ORIGIN);
        if (!origins.stream().allMatch(rules::allowsOrigin)) {
            errors.send(context, TokenError.FOREIGN_HOST.because("web pages of this origin may not call this service; "
                    + "its operator can add the origin to ALLOWED_ORIGINS"));
            return;
        }
        // A GET for an image or a link has no Origin. A script of an allowed page sends one.
        if (origins.isEmpty() && isAdapter(context) && !context.request().headers().getAll(SEC_FETCH_SITE).stream()
                .allMatch(site -> rules.allowsSite(site, host))) {
            errors.send(context, TokenError.FOREIGN_HOST.because("web pages of another site may not call this service, "
                    + "unless they send an Origin that its operator has added to ALLOWED_ORIGINS"));
            return;
        }
        context.next();
    }

    /** The other endpoints are public: any page may link to them. */
    private static boolean isAdapter(RoutingContext context) {
        Endpoint endpoint = Endpoint.of(context);
        return endpoint == Endpoint.TOKEN || endpoint == Endpoint.MCP;
    }

    /** RFC 9112 §3.2.2: the host of a target in absolute form takes precedence over the header. */
    private boolean servesTarget(RoutingContext context) {
        String target = context.request().uri();
        int authority = target.indexOf("://");
        if (target.startsWith("/") || authority < 0) {
            return true;
        }
        int end = target.indexOf('/', authority + 3);
        return rules.servesHost(target.substring(authority + 3, end < 0 ? target.length() : end));
    }

    private static String hostOf(RoutingContext context) {
        // Not HttpServerRequest.host(), which reads X-Forwarded-Host if quarkus.http.proxy is enabled.
        String header = context.request().getHeader(HttpHeaders.HOST);
        if (header != null) {
            return header;
        }
        HostAndPort authority = context.request().authority(true);
        return authority == null ? null : authority.host();
    }
}
