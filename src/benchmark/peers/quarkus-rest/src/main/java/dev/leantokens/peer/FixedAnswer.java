package dev.leantokens.peer;

import java.util.Map;

import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;

import org.jboss.resteasy.reactive.RestResponse;

import io.smallrye.mutiny.Uni;

/** Parses the body, ignores it, and returns a fixed response. */
@Path("/v1/oauth2/token")
public class FixedAnswer {

    private static final String ANSWER = "{\"access_token\":\"" + "x".repeat(900)
            + "\",\"scope\":\"api\",\"token_type\":\"Bearer\",\"expires_in\":3599}";

    @POST
    public Uni<RestResponse<String>> token(Map<String, Object> body) {
        return Uni.createFrom().item(RestResponse.ResponseBuilder.ok(ANSWER, MediaType.APPLICATION_JSON_TYPE)
                .header("Cache-Control", "no-store")
                .header("Pragma", "no-cache")
                .header("Cache-Status", "lean-authentication-tokens; hit; ttl=3599")
                .build());
    }
}
