package dev.leantokens.access;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.error.TokenError;
import dev.leantokens.http.Endpoint;
import dev.leantokens.http.FilterOrder;
import dev.leantokens.http.HttpErrors;
import dev.leantokens.http.RequestFilters;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;

/** Applies the {@link HostRules} to requests on both ports. */
@ApplicationScoped
public class HostFilter {

    private static final CharSequence SEC_FETCH_SITE = HttpHeaders.createOptimized("Sec-Fetch-Site");

    private static final Set<HttpMethod> READ_METHODS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private final HostRules rules;
    private final HttpErrors errors;

    HostFilter(AccessConfig config, ProtectedResource mcp, HttpErrors errors) {
        Set<String> hosts = new HashSet<>(config.allowedHosts().orElse(Set.of()));
        mcp.host().ifPresent(hosts::add);
        this.rules = new HostRules(hosts, config.allowedOrigins().orElse(Set.of()));
        this.errors = errors;
    }

    void register(@Observes RequestFilters filters) {
        filters.register(this::passes, FilterOrder.HOSTS);
    }

    private boolean passes(RoutingContext context, Endpoint endpoint) {
        MultiMap headers = context.request().headers();
        List<String> hosts = headers.getAll(HttpHeaders.HOST);
        String host = hostOf(context.request(), hosts);
        // Probes use the pod IP as Host; management endpoints expose nothing worth rebinding for.
        boolean probe = endpoint == Endpoint.MANAGEMENT;
        if (!probe && (hosts.size() > 1 || !rules.servesHost(host) || !servesTarget(context.request().uri()))) {
            return refuse(context, "this service is not served under this host name; "
                    + "its operator can add the name to ALLOWED_HOSTS");
        }
        List<String> origins = headers.getAll(HttpHeaders.ORIGIN);
        for (String origin : origins) {
            if (!rules.allowsOrigin(origin) && !isPublic(context.request().method(), endpoint)) {
                return refuse(context, "web pages of this origin may not call this service; "
                        + "its operator can add the origin to ALLOWED_ORIGINS");
            }
        }
        // A GET for an image or a link has no Origin. A script of an allowed page sends one.
        if (origins.isEmpty() && isForScripts(endpoint)) {
            for (String site : headers.getAll(SEC_FETCH_SITE)) {
                if (!rules.allowsSite(site, host)) {
                    return refuse(context, "web pages of another site may not call this service, "
                            + "unless they send an Origin that its operator has added to ALLOWED_ORIGINS");
                }
            }
        }
        return true;
    }

    /**
     * @param request of any endpoint but those of management
     * @return the name under which it reached this service, without a port: a loopback name or one of {@code ALLOWED_HOSTS}
     */
    public static String nameOf(HttpServerRequest request) {
        return HostRules.nameOf(hostOf(request, request.headers().getAll(HttpHeaders.HOST)));
    }

    private static String hostOf(HttpServerRequest request, List<String> hosts) {
        return hosts.isEmpty() ? authorityOf(request) : hosts.get(0);
    }

    private boolean refuse(RoutingContext context, String reason) {
        errors.send(context, TokenError.FOREIGN_HOST.because(reason));
        return false;
    }

    /**
     * Pages of every site may read the skill and MCP's metadata: they are the same for all callers, without secrets, and
     * reading them changes nothing. The host is checked all the same.
     */
    private static boolean isPublic(HttpMethod method, Endpoint endpoint) {
        return (endpoint == Endpoint.SKILLS || endpoint == Endpoint.RESOURCE_METADATA) && READ_METHODS.contains(method);
    }

    /** Any page may link to the others. A foreign page could take all streams of the status without reading them. */
    private static boolean isForScripts(Endpoint endpoint) {
        return endpoint == Endpoint.TOKEN || endpoint == Endpoint.MCP || endpoint == Endpoint.STATUS_EVENTS;
    }

    /** RFC 9112 §3.2.2: the host of a target in absolute form takes precedence over the header. */
    private boolean servesTarget(String target) {
        int authority = target.startsWith("/") ? -1 : target.indexOf("://");
        if (authority < 0) {
            return true;
        }
        int end = target.indexOf('/', authority + 3);
        return rules.servesHost(target.substring(authority + 3, end < 0 ? target.length() : end));
    }

    /**
     * Not {@link HttpServerRequest#authority()}, which follows {@code X-Forwarded-Host} if {@code quarkus.http.proxy} is on.
     */
    private static String authorityOf(HttpServerRequest request) {
        HostAndPort authority = request.authority(true);
        return authority == null ? null : authority.host();
    }
}
