package dev.leantokens.standin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.RSAPublicKeySpec;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

class StandInLeanTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String ID = StandInLean.CLIENT.clientId();
    private static final String CREDENTIALS = "&client_id=" + ID + "&client_secret=" + StandInLean.CLIENT.clientSecret();

    private final HttpClient http = HttpClient.newHttpClient();
    private final StandInLean lean = new StandInLean(Clock.fixed(NOW, ZoneOffset.UTC));

    @AfterEach
    void close() {
        lean.close();
    }

    @Test
    void apiTokenHasLeansShape() throws Exception {
        JsonObject response = json(token("grant_type=client_credentials&scope=api" + CREDENTIALS));

        assertThat(response.fieldNames()).containsExactly("access_token", "scope", "token_type", "expires_in");
        assertThat(response.getString("scope")).isEqualTo("api");
        assertThat(response.getString("token_type")).isEqualTo("Bearer");
        assertThat(response.getInteger("expires_in")).isEqualTo(3599);
        JsonObject claims = verified(response.getString("access_token"));
        assertThat(claims.getString("sub")).isEqualTo(ID);
        assertThat(claims.getString("iss")).isEqualTo(lean.url().toString());
        assertThat(claims.getLong("iat")).isEqualTo(claims.getLong("nbf")).isEqualTo(NOW.getEpochSecond());
        assertThat(claims.getLong("exp")).isEqualTo(NOW.getEpochSecond() + 3600);
        assertThat(claims.getJsonArray("applications").getJsonObject(0).getString("id")).isEqualTo(ID);
        assertThat(claims.getJsonArray("scope")).contains("customer.read", "payment.read");
        assertThat(claims.getString("jti")).isNotBlank();
    }

    @Test
    void customerTokenIsNarrower() throws Exception {
        JsonObject response = json(token("grant_type=client_credentials&scope=customer.42" + CREDENTIALS));

        JsonObject claims = verified(response.getString("access_token"));
        assertThat(response.getString("scope")).isEqualTo("customer.42");
        assertThat(claims.getJsonArray("customers")).isEqualTo(new JsonArray().add(new JsonObject().put("id", "42")));
        assertThat(claims.getJsonArray("scope")).doesNotContain("payment.read");
        assertThat(claims.containsKey("applications")).isFalse();
    }

    @Test
    void twoTokensDiffer() throws Exception {
        String form = "grant_type=client_credentials&scope=api" + CREDENTIALS;

        assertThat(json(token(form)).getString("access_token")).isNotEqualTo(json(token(form)).getString("access_token"));
    }

    @Test
    void withoutScopeTheTokenCanDoNothing() throws Exception {
        JsonObject response = json(token("grant_type=client_credentials" + CREDENTIALS));

        assertThat(response.containsKey("scope")).isFalse();
        assertThat(verified(response.getString("access_token")).getJsonArray("scope")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
            "grant_type=password&scope=api,                               400, unsupported_grant_type",
            "scope=api,                                                   400, invalid_request",
            "grant_type=client_credentials&scope=payments,                400, invalid_scope",
            "grant_type=client_credentials&scope=customer.,               400, invalid_scope",
            "grant_type=client_credentials&scope=api&scope=api,           400, invalid_request",
    })
    void wrongRequestIsRefusedAsLeanDoes(String form, int status, String error) throws Exception {
        HttpResponse<String> response = token(form + CREDENTIALS);

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.body()).isEqualTo("{\"error\":\"" + error + "\"}");
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json;charset=UTF-8");
    }

    @Test
    void wrongSecretIsRefusedWithoutAChallenge() throws Exception {
        HttpResponse<String> response = token(
                "grant_type=client_credentials&scope=api&client_id=" + ID + "&client_secret=wrong");

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.body()).isEqualTo("{\"error\":\"invalid_client\"}");
        assertThat(response.headers().firstValue("WWW-Authenticate")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({ "grant_type=client_credentials&scope=api", "grant_type=client_credentials&scope=api&client_id=x", "''" })
    void requestWithoutClientCredentialsIsRefusedWithoutABody(String form) throws Exception {
        HttpResponse<String> response = token(form);

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.body()).isEmpty();
    }

    @Test
    void clientMayUseHttpBasic() throws Exception {
        String basic = Base64.getEncoder().encodeToString((ID + ":" + StandInLean.CLIENT.clientSecret()).getBytes(
                StandardCharsets.UTF_8));

        assertThat(token("grant_type=client_credentials&scope=api", "Authorization", "Basic " + basic).statusCode())
                .isEqualTo(200);
    }

    @Test
    void metadataNamesTheEndpoints() throws Exception {
        for (String document : new String[] { "oauth-authorization-server", "openid-configuration" }) {
            JsonObject metadata = json(get("/.well-known/" + document));
            assertThat(metadata.getString("issuer")).isEqualTo(lean.url().toString());
            assertThat(metadata.getString("token_endpoint")).isEqualTo(lean.url() + "/oauth2/token");
        }
    }

    /** @return the claims of a token, after verifying its signature with the published key */
    private JsonObject verified(String token) throws Exception {
        String[] parts = token.split("\\.");
        assertThat(parts).hasSize(3);
        JsonObject header = new JsonObject(new String(Base64.getUrlDecoder().decode(parts[0]), StandardCharsets.UTF_8));
        JsonObject key = json(get("/oauth2/jwks")).getJsonArray("keys").getJsonObject(0);
        assertThat(header.getString("alg")).isEqualTo("RS256").isEqualTo(key.getString("alg"));
        assertThat(header.getString("kid")).isEqualTo(key.getString("kid"));
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initVerify(publicKey(key));
        signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        assertThat(signature.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();
        return new JsonObject(new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8));
    }

    private static PublicKey publicKey(JsonObject key) throws GeneralSecurityException {
        return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(
                new BigInteger(1, Base64.getUrlDecoder().decode(key.getString("n"))),
                new BigInteger(1, Base64.getUrlDecoder().decode(key.getString("e")))));
    }

    private HttpResponse<String> token(String form, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(lean.url() + "/oauth2/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(lean.url() + path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static JsonObject json(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return new JsonObject(response.body());
    }
}
