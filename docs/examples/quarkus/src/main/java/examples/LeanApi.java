package examples;

// snippet: client
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;

import io.quarkus.oidc.client.filter.OidcClientFilter;

@RegisterRestClient(configKey = "lean")
@OidcClientFilter
interface LeanApi {

    @GET
    @Path("/banks/v1")
    String banks();
}
// end: client
