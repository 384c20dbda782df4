package dev.leantokens.skill;

import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import dev.leantokens.http.Endpoint;
import dev.leantokens.http.FilterOrder;
import dev.leantokens.http.HttpErrors;
import dev.leantokens.http.RequestFilters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * Serves the {@link PublishedSkill} to every caller, and to the pages of every site. It answers all requests below its path, so
 * that none of them reaches an endpoint with other rules, nor Quarkus' CORS filter, which allows a page its own origin only and
 * every method.
 */
@ApplicationScoped
class SkillFilter {

    private static final CharSequence ANY = HttpHeaders.createOptimized("*");
    private static final CharSequence READ_METHODS = HttpHeaders.createOptimized("GET, HEAD");
    private static final CharSequence ETAG = HttpHeaders.createOptimized("ETag");
    private static final CharSequence IF_NONE_MATCH = HttpHeaders.createOptimized("If-None-Match");

    /** How long clients may cache the skill, which only changes with a release: 5 minutes. */
    private static final CharSequence CACHE_CONTROL = HttpHeaders.createOptimized("max-age=300");

    private final PublishedSkill skill;
    private final HttpErrors errors;

    SkillFilter(PublishedSkill skill, HttpErrors errors) {
        this.skill = skill;
        this.errors = errors;
    }

    void register(@Observes RequestFilters filters) {
        filters.register(this::passes, FilterOrder.SKILLS);
    }

    private boolean passes(RoutingContext context, Endpoint endpoint) {
        if (endpoint != Endpoint.SKILLS) {
            return true;
        }
        context.response().putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, ANY)
                .putHeader(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, ETAG);
        Optional<Document> document = skill.at(context.request().path());
        HttpMethod method = context.request().method();
        if (document.isEmpty()) {
            errors.send(context, HttpErrors.pathNotFound());
        } else if (method == HttpMethod.GET || method == HttpMethod.HEAD) {
            send(context, document.get());
        } else if (method == HttpMethod.OPTIONS) {
            context.response().putHeader(HttpHeaders.ALLOW, Endpoint.READ_METHODS)
                    .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, READ_METHODS)
                    .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, IF_NONE_MATCH).end();
        } else {
            errors.send(context, HttpErrors.of(405, context));
        }
        return false;
    }

    private static void send(RoutingContext context, Document document) {
        HttpServerResponse response = context.response()
                .putHeader(HttpHeaders.ETAG, document.tag())
                .putHeader(HttpHeaders.CACHE_CONTROL, CACHE_CONTROL);
        if (document.isAmong(context.request().headers().getAll(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(304).end();
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, document.type()).putHeader(HttpHeaders.CONTENT_LENGTH, document.length());
        if (context.request().method() == HttpMethod.HEAD) {
            response.end();
        } else {
            response.end(document.body());
        }
    }
}
