package dev.leantokens.lean;

import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.FormParam;
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
 * The HTTP API of Lean's authorization server. Parameters that are null are not sent. Responses of any status are returned as
 * they are; {@link LeanAnswer} interprets them.
 */
@Path("/")
interface LeanApi {

    /** The token endpoint (RFC 6749 §3.2). */
    @POST
    @Path("oauth2/token")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Produces(MediaType.APPLICATION_JSON)
    @ClientHeaderParam(name = HttpHeaders.ACCEPT_ENCODING, value = "identity")
    Uni<Response> requestToken(
            @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
            @FormParam("client_id") String clientId,
            @FormParam("client_secret") String clientSecret,
            @FormParam("client_assertion_type") String assertionType,
            @FormParam("client_assertion") String assertion,
            @FormParam("grant_type") String grantType,
            @FormParam("scope") String scope);

    /** The metadata document (RFC 8414), which requires no credentials. */
    @GET
    @Path(".well-known/oauth-authorization-server")
    @Produces(MediaType.APPLICATION_JSON)
    @ClientHeaderParam(name = HttpHeaders.ACCEPT_ENCODING, value = "identity")
    Uni<Response> metadata();
}
