package dev.leantokens.rest;

import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;

import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

import dev.leantokens.access.AccessRules.BodyCredentials;
import dev.leantokens.access.TokenAccess;
import dev.leantokens.error.Origin;
import dev.leantokens.http.Endpoint;
import dev.leantokens.token.IssuedToken;
import dev.leantokens.token.RequestMembers;
import io.smallrye.mutiny.Uni;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/**
 * The token endpoint (RFC 6749 §3.2). It accepts a form, as OAuth client libraries send it, and the same members as a JSON
 * object; the response is that of §5.1. The body is read as bytes, since an object could not hold the repeated members that
 * RFC 6749 refuses.
 */
@Path(Endpoint.TOKEN_PATH)
class TokenResource {

    // Responses copy the bytes of these, where they would encode strings character by character.
    private static final CharSequence CACHE_CONTROL = HttpHeaders.createOptimized("Cache-Control");
    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
    private static final CharSequence PRAGMA = HttpHeaders.createOptimized("Pragma");
    private static final CharSequence NO_CACHE = HttpHeaders.createOptimized("no-cache");
    private static final CharSequence CACHE_STATUS = HttpHeaders.createOptimized("Cache-Status");

    private final TokenAccess tokens;

    TokenResource(TokenAccess tokens) {
        this.tokens = tokens;
    }

    @POST
    public Uni<byte[]> token(@Context ServerRequestContext request) {
        ResteasyReactiveRequestContext server = (ResteasyReactiveRequestContext) request;
        PreRenderedJsonWriter.use(server);
        RoutingContext context = server.unwrap(RoutingContext.class);
        RequestMembers members = RequestBody.read(context.request().getHeader(HttpHeaders.CONTENT_TYPE),
                LimitedBodyFilter.bodyOf(server));
        return tokens.request(members, context, BodyCredentials.AUTHENTICATE_CALLER, Origin.REST)
                .map(issued -> answer(issued, context.response().headers()));
    }

    /** Sets the headers on the response itself: those of a response object would be copied twice. */
    private static byte[] answer(IssuedToken issued, MultiMap headers) {
        headers.set(CACHE_CONTROL, NO_STORE).set(PRAGMA, NO_CACHE).set(CACHE_STATUS, issued.cacheStatus());
        return issued.token().bytes();
    }
}
