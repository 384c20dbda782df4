package examples;

// snippet: token
import java.io.IOException;
import java.net.URI;

import com.nimbusds.oauth2.sdk.ClientCredentialsGrant;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.token.AccessToken;

class NimbusExample {

    static AccessToken token(URI tokenEndpoint, String id, String secret) throws IOException, ParseException {
        TokenRequest request = new TokenRequest.Builder(tokenEndpoint,
                new ClientSecretBasic(new ClientID(id), new Secret(secret)), new ClientCredentialsGrant())
                .scope(new Scope("api"))
                .build();
        TokenResponse response = TokenResponse.parse(request.toHTTPRequest().send());
        if (!response.indicatesSuccess()) {
            throw new IOException(response.toErrorResponse().getErrorObject().toString());
        }
        return response.toSuccessResponse().getTokens().getAccessToken();
    }
}
// end: token
