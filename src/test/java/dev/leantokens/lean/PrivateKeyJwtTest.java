package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;

import dev.leantokens.testing.TestClock;
import dev.leantokens.token.Scope;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;

/** Verifies assertions by another library than the one that signs them. */
class PrivateKeyJwtTest {

    private static final String AUDIENCE = "https://lean.example/oauth2/token";

    private final Vertx vertx = Vertx.vertx();
    private final TestClock clock = new TestClock();

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void assertionIsSignedWithAnRsaKey() throws Exception {
        SignedJWT jwt = SignedJWT.parse(proof(new SigningKey(SigningKeyTest.RSA.getPrivate(), "RS256", Optional.of("k1")))
                .assertion());

        assertThat(jwt.verify(new RSASSAVerifier((RSAPublicKey) SigningKeyTest.RSA.getPublic()))).isTrue();
        assertThat(jwt.getHeader().toJSONObject()).isEqualTo(Map.of("alg", "RS256", "kid", "k1", "typ", "JWT"));
    }

    @Test
    void assertionIsSignedWithAnEcKey() throws Exception {
        SignedJWT jwt = SignedJWT.parse(proof(ecKey()).assertion());

        assertThat(jwt.verify(new ECDSAVerifier((ECPublicKey) SigningKeyTest.EC.getPublic()))).isTrue();
        assertThat(jwt.getHeader().toJSONObject()).isEqualTo(Map.of("alg", "ES256", "typ", "JWT"));
    }

    @Test
    void claimsAreThoseOfTheRfc() throws Exception {
        JWTClaimsSet claims = SignedJWT.parse(proof(ecKey()).assertion()).getJWTClaimsSet();

        assertThat(claims.getClaims()).containsOnlyKeys("iss", "sub", "aud", "iat", "exp", "jti");
        assertThat(claims.getIssuer()).isEqualTo("client");
        assertThat(claims.getSubject()).isEqualTo("client");
        assertThat(claims.getAudience()).containsExactly(AUDIENCE);
        assertThat(claims.getIssueTime()).isEqualTo(Date.from(clock.instant()));
        assertThat(claims.getExpirationTime()).isEqualTo(Date.from(clock.instant().plusSeconds(60)));
    }

    @Test
    void everyCallHasItsOwnAssertion() {
        Uni<ClientProof> proofs = proofs(ecKey());
        Set<String> ids = IntStream.range(0, 100).mapToObj(i -> id(proofs.await().indefinitely()))
                .collect(Collectors.toSet());

        assertThat(ids).hasSize(100);
    }

    @Test
    void proofHasTheAssertionItsTypeAndTheClientId() {
        ClientProof proof = proof(ecKey());

        assertThat(new String(proof.form(Scope.API), StandardCharsets.US_ASCII))
                .isEqualTo("grant_type=client_credentials&scope=api&client_id=client"
                        + "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
                        + "&client_assertion=" + proof.assertion());
        assertThat(proof.authorization()).isNull();
        assertThat(proof.isRepeatedIn("bad client_assertion=" + proof.assertion())).isTrue();
    }

    private static SigningKey ecKey() {
        KeyPair keys = SigningKeyTest.EC;
        return new SigningKey(keys.getPrivate(), "ES256", Optional.empty());
    }

    private static String id(ClientProof proof) {
        try {
            return SignedJWT.parse(proof.assertion()).getJWTClaimsSet().getJWTID();
        } catch (ParseException e) {
            throw new AssertionError(e);
        }
    }

    private ClientProof proof(SigningKey key) {
        return proofs(key).await().indefinitely();
    }

    private Uni<ClientProof> proofs(SigningKey key) {
        return PrivateKeyJwt.proof("client", key, AUDIENCE, Duration.ofSeconds(60), clock, vertx);
    }
}
