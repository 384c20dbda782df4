package dev.leantokens.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.stream.Stream;

import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.OctJwkGenerator;
import org.jose4j.jwk.OkpJwkGenerator;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeySetTest {

    private static final PublicJsonWebKey EC = ec();
    private static final PublicJsonWebKey RSA = rsa(2048);

    private static PublicJsonWebKey ec() {
        try {
            PublicJsonWebKey key = EcJwkGenerator.generateJwk(EllipticCurves.P256);
            key.setKeyId("ec");
            return key;
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static PublicJsonWebKey rsa(int bits) {
        try {
            PublicJsonWebKey key = RsaJwkGenerator.generateJwk(bits);
            key.setKeyId("rsa");
            return key;
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String okp(String curve) {
        try {
            return json(OkpJwkGenerator.generateJwk(curve));
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String json(PublicJsonWebKey key) {
        return key.toJson(OutputControlLevel.PUBLIC_ONLY);
    }

    private static String set(String... keys) {
        return "{\"keys\":[" + String.join(",", keys) + "]}";
    }

    private static String with(String key, String members) {
        return key.substring(0, key.length() - 1) + "," + members + "}";
    }

    @Test
    void keysForSignaturesAreRead() throws KeysException {
        KeySet keys = KeySet.parse(set(json(EC), with(json(RSA), "\"use\":\"sig\",\"alg\":\"PS256\",\"key_ops\":[\"verify\"]"),
                okp("Ed25519"), okp("Ed448")));

        assertThat(keys.keys()).hasSize(4);
        assertThat(keys.keys()).extracting(PublicJsonWebKey::getKeyId).containsExactly("ec", "rsa", null, null);
        assertThat(keys.keys().get(1).getAlgorithm()).isEqualTo("PS256");
    }

    static Stream<Arguments> otherKeys() {
        return Stream.of(
                arguments("symmetric", OctJwkGenerator.generateJwk(256).toJson(OutputControlLevel.INCLUDE_SYMMETRIC)),
                arguments("RSA of 1,024 bits", json(rsa(1024))),
                arguments("RSA with the exponent 1", "{\"kty\":\"RSA\",\"e\":\"AQ\",\"n\":\""
                        + RSA.toParams(OutputControlLevel.PUBLIC_ONLY).get("n") + "\"}"),
                arguments("RSA whose verification would take long",
                        "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" + "f".repeat(2000)
                                + "\"}"),
                arguments("of an unknown type", "{\"kty\":\"PQ\",\"x\":\"AA\"}"),
                arguments("of a type that is no string", "{\"kty\":7}"),
                arguments("without a type", "{\"x\":\"AA\"}"),
                arguments("on an unknown curve", json(EC).replace("P-256", "P-999")),
                arguments("for key agreement", okp("X25519")),
                arguments("for encryption", with(json(EC), "\"use\":\"enc\"")),
                arguments("for other operations", with(json(EC), "\"key_ops\":[\"deriveKey\"]")),
                arguments("for an algorithm of encryption", with(json(RSA), "\"alg\":\"RSA-OAEP\"")),
                arguments("for an algorithm of another type", with(json(RSA), "\"alg\":\"ES256\"")),
                arguments("with a list of uses", with(json(EC), "\"use\":[\"enc\"]")),
                arguments("with a list of algorithms", with(json(RSA), "\"alg\":[\"RSA-OAEP\"]")),
                arguments("with operations that are no list", with(json(EC), "\"key_ops\":\"encrypt\"")),
                arguments("with operations that are no strings", with(json(EC), "\"key_ops\":[\"verify\",7]")),
                arguments("with an id that is no string", json(EC).replace("\"ec\"", "5")),
                arguments("with an id that is null", json(EC).replace("\"ec\"", "null")),
                arguments("RSA of 8,192 bits", "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" + "_".repeat(1366) + "\"}"),
                arguments("on a curve that no algorithm uses", json(EC).replace("P-256", "secp256k1")),
                arguments("without a number", "{\"kty\":\"RSA\",\"e\":\"AQAB\"}"),
                arguments("with a number of another type", "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":7}"),
                arguments("a number", "7"), arguments("null", "null"), arguments("an array", "[]"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("otherKeys")
    void keyThatCannotVerifySignaturesIsLeftOut(String name, String other) throws KeysException {
        assertThat(KeySet.parse(set(other, json(EC))).keys()).singleElement()
                .satisfies(key -> assertThat(key.getKeyId()).isEqualTo("ec"));

        assertThat(fault(set(other))).isEqualTo(KeysFault.UNUSABLE);
    }

    static Stream<PublicJsonWebKey> pairs() throws JoseException {
        return Stream.of(EC, RSA, OkpJwkGenerator.generateJwk("Ed25519"));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void setWithAPrivateKeyIsRefusedAsAWhole(PublicJsonWebKey pair) {
        String withPrivateKey = pair.toJson(OutputControlLevel.INCLUDE_PRIVATE);

        KeysException failure = catchThrowableOfType(KeysException.class, () -> KeySet.parse(set(json(EC), withPrivateKey)));

        assertThat(failure.fault()).isEqualTo(KeysFault.PRIVATE_KEYS);
        assertThat(failure.revealed()).containsExactly(pair.getPublicKey());
        assertThat(failure.getMessage()).doesNotContain((String) pair.toParams(OutputControlLevel.INCLUDE_PRIVATE).get("d"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "x", "null", "[]", "7", "{}", "{\"keys\":{}}", "{\"keys\":null}", "{\"keys\":[]}",
            "{\"keys\":[],\"keys\":[]}", "{\"keys\":[]", "<html></html>", "{\"keys\":1e999999999}" })
    void textThatIsNoKeySetIsUnusable(String text) {
        assertThat(fault(text)).isEqualTo(KeysFault.UNUSABLE);
    }

    @Test
    void numberOfKeysIsLimited() throws KeysException {
        String[] keys = new String[KeySet.MAX_KEYS + 1];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = json(EC).replace("\"ec\"", "\"ec" + i + "\"");
        }

        assertThat(KeySet.parse(set(Arrays.copyOf(keys, KeySet.MAX_KEYS))).keys()).hasSize(KeySet.MAX_KEYS);
        assertThat(fault(set(keys))).isEqualTo(KeysFault.UNUSABLE);
        assertThat(KeySet.parse(set(json(EC), json(EC), json(EC), json(RSA))).keys()).hasSize(4);
        assertThat(fault(set(json(EC), json(EC), json(EC), json(EC)))).isEqualTo(KeysFault.UNUSABLE);
    }

    @Test
    void deepAndLongValuesAreNoProblem() throws KeysException {
        String deep = "[".repeat(60_000) + "]".repeat(60_000);
        String digits = "9".repeat(60_000);

        assertThat(fault("[".repeat(KeyFetch.MAX_SIZE))).isEqualTo(KeysFault.UNUSABLE);
        assertThat(fault("{\"keys\":".repeat(30_000))).isEqualTo(KeysFault.UNUSABLE);
        assertThat(KeySet.parse(set(with(json(EC), "\"other\":" + deep + ",\"further\":" + digits), deep)).keys()).hasSize(1);
    }

    @Test
    void certificatesOfAKeyAreIgnored() throws KeysException {
        KeySet keys = KeySet.parse(set(with(json(EC),
                "\"x5c\":[\"nonsense\"],\"x5u\":\"http://192.0.2.1/\",\"x5t\":\"AA\"")));

        assertThat(keys.keys()).singleElement().satisfies(key -> {
            assertThat(key.getX509Url()).isNull();
            assertThat(key.getCertificateChain()).isNull();
        });
    }

    @Test
    void orderAndOtherMembersMakeNoDifference() throws KeysException {
        KeySet one = KeySet.parse(set(json(EC), json(RSA)));
        KeySet other = KeySet.parse(set(with(json(RSA), "\"iat\":" + 7), json(EC)));
        KeySet renamed = KeySet.parse(set(json(EC), json(RSA).replace("\"rsa\"", "\"rsa2\"")));

        assertThat(other.hasKeysOf(one)).isTrue();
        assertThat(renamed.hasKeysOf(one)).isFalse();
        assertThat(KeySet.parse(set(json(EC))).hasKeysOf(one)).isFalse();
    }

    private static KeysFault fault(String text) {
        KeysException failure = catchThrowableOfType(KeysException.class, () -> KeySet.parse(text));
        assertThat(failure).as("the failure").isNotNull();
        return failure.fault();
    }
}
