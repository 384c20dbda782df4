package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;

import dev.leantokens.testing.Certificates;

class SigningKeyTest {

    static final KeyPair RSA = rsa(2048);
    static final KeyPair EC = ec("secp256r1");

    @Test
    void keyTypeDecidesTheAlgorithm() {
        assertThat(SigningKey.read(pem(RSA), Optional.of("k1")))
                .isEqualTo(new SigningKey(RSA.getPrivate(), "RS256", Optional.of("k1")));
        assertThat(SigningKey.read(pem(EC), Optional.empty()))
                .isEqualTo(new SigningKey(EC.getPrivate(), "ES256", Optional.empty()));
    }

    @Test
    void certificateBesideTheKeyIsIgnored() {
        String chain = Certificates.selfSigned("someone").certificatePem();

        assertThat(SigningKey.read(chain + pem(EC), Optional.empty()).key()).isEqualTo(EC.getPrivate());
    }

    @Test
    void keyIdOfAJwkIsUsed() {
        assertThat(SigningKey.read(ecJwk().keyID("").build().toJSONString(), Optional.empty()).id()).isEmpty();
        String jwk = rsaJwk().keyID("k2").algorithm(JWSAlgorithm.RS256).keyUse(KeyUse.SIGNATURE).build().toJSONString();

        assertThat(SigningKey.read(" " + jwk, Optional.empty())).extracting(SigningKey::algorithm, SigningKey::id)
                .containsExactly("RS256", Optional.of("k2"));
        assertThat(SigningKey.read(ecJwk().build().toJSONString(), Optional.of("k3")))
                .extracting(SigningKey::algorithm, SigningKey::id).containsExactly("ES256", Optional.of("k3"));
    }

    static Stream<Arguments> unusable() {
        String pkcs1 = "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n";
        String encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
        return Stream.of(
                arguments("s3cr3t", "neither a JWK nor PEM"),
                arguments("{\"s3cr3t\":1}", "not a valid JWK"),
                arguments("{\"kty\":\"oct\",\"k\":\"czNjcjN0\"}", "no private RSA or EC key"),
                arguments(rsaJwk().build().toPublicJWK().toJSONString(), "no private RSA or EC key"),
                arguments(rsaJwk().keyID("other").build().toJSONString(), "LEAN_PRIVATE_KEY_ID"),
                arguments(rsaJwk().algorithm(JWSAlgorithm.PS256).build().toJSONString(), "alg is not"),
                arguments(rsaJwk().keyUse(KeyUse.ENCRYPTION).build().toJSONString(), "not for signatures"),
                arguments(ecJwk().build().toJSONString().replaceAll("\"d\":\"[^\"]+\"", "\"d\":\"" + ofAnother() + "\""),
                        "do not belong together"),
                arguments(rsaJwk().keyOperations(Set.of(KeyOperation.VERIFY)).build().toJSONString(), "not for signatures"),
                arguments(pem(rsa(1024)), "2048 bits"),
                arguments(pem(ec("secp384r1")), "P-256"),
                arguments(Certificates.pem("PRIVATE KEY", "s3cr3t".getBytes()), "not an RSA or EC key"),
                arguments("-----BEGIN PRIVATE KEY-----\n*s3cr3t*\n-----END PRIVATE KEY-----\n", "not an RSA or EC key"),
                arguments(Certificates.selfSigned("s3cr3t").certificatePem(), "neither a JWK nor PEM"),
                arguments(pkcs1, "openssl pkcs8"),
                arguments(encrypted, "openssl pkcs8"));
    }

    @ParameterizedTest
    @MethodSource("unusable")
    void unusableKeyIsRefusedWithoutBeingQuoted(String text, String reason) {
        assertThatThrownBy(() -> SigningKey.read(text, Optional.of("k1"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason).hasNoCause().message().doesNotContain("s3cr3t");
    }

    private static String ofAnother() {
        KeyPair keys = ec("secp256r1");
        return new ECKey.Builder(Curve.P_256, (ECPublicKey) keys.getPublic()).privateKey(keys.getPrivate()).build().getD()
                .toString();
    }

    private static String pem(KeyPair keys) {
        return Certificates.pem("PRIVATE KEY", keys.getPrivate().getEncoded());
    }

    private static RSAKey.Builder rsaJwk() {
        return new RSAKey.Builder((RSAPublicKey) RSA.getPublic()).privateKey(RSA.getPrivate());
    }

    private static ECKey.Builder ecJwk() {
        return new ECKey.Builder(Curve.P_256, (ECPublicKey) EC.getPublic()).privateKey(EC.getPrivate());
    }

    private static KeyPair rsa(int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair ec(String curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
