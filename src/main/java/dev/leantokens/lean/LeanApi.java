package dev.leantokens.lean;

import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

import org.eclipse.microprofile.rest.client.annotation.ClientHeaderParam;

import io.smallrye.mutiny.Uni;

/**
 * The HTTP API of Lean's authorization server. A header that is null is not sent. Responses of any status are returned as they
 * are; {@link LeanAnswer} interprets them.
 */
@Path("/")
interface LeanApi {

    /**
     * The token endpoint (RFC 6749 §3.2).
     *
     * @param traceparent the span of the request (W3C Trace Context)
     * @param tracestate what belongs to it
     * @param form see {@link ClientProof#form}
     */
    @POST
    @Path("oauth2/token")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Produces(MediaType.APPLICATION_JSON)
    @ClientHeaderParam(name = HttpHeaders.ACCEPT_ENCODING, value = "identity")
    Uni<Response> requestToken(@HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
            @HeaderParam("traceparent") String traceparent, @HeaderParam("tracestate") String tracestate, byte[] form);

    /** The metadata document (RFC 8414), which requires no credentials. */
    @GET
    @Path(".well-known/oauth-authorization-server")
    @Produces(MediaType.APPLICATION_JSON)
    @ClientHeaderParam(name = HttpHeaders.ACCEPT_ENCODING, value = "identity")
    Uni<Response> metadata();
}
