package dev.leantokens.issuer;

import static dev.leantokens.issuer.TestTokens.AUDIENCE;
import static dev.leantokens.issuer.TestTokens.ISSUER;
import static dev.leantokens.issuer.TestTokens.base64Url;
import static dev.leantokens.issuer.TestTokens.json;
import static dev.leantokens.issuer.TestTokens.jwk;
import static dev.leantokens.issuer.TestTokens.map;
import static dev.leantokens.issuer.TestTokens.signature;
import static dev.leantokens.issuer.TestTokens.signed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.jose4j.jwk.PublicJsonWebKey;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import dev.leantokens.issuer.Verification.Refused;
import dev.leantokens.issuer.Verification.Verified;
import dev.leantokens.testing.TestClock;

/** Tokens that are refused, each of which differs from a good one in one thing (RFC 8725). */
class RefusedTokensTest {

    private static final KeyPair RSA = TestTokens.RSA;
    private static final KeyPair EC = TestTokens.EC;
    private static final KeyPair ED = TestTokens.ED;
    private static final KeyPair SHORT = TestTokens.rsa(1024);
    private static final KeyPair STRANGE = TestTokens.rsa(2048);
    private static final KeyPair P384 = TestTokens.ec("secp384r1");

    private static final BigInteger ED_ORDER = BigInteger.TWO.pow(252)
            .add(new BigInteger("27742317777372353535851937790883648493"));

    private final TestClock clock = new TestClock();
    private final long now = clock.instant().getEpochSecond();
    private final FakeKeys keys = new FakeKeys(List.of(
            jwk("rsa", RSA.getPublic(), "use", "sig"),
            jwk("ec", EC.getPublic()),
            jwk("ed", ED.getPublic()),
            jwk("short", SHORT.getPublic()),
            jwk("p384", P384.getPublic()),
            jwk("encrypts", RSA.getPublic(), "use", "enc"),
            jwk("rs512", RSA.getPublic(), "alg", "RS512"),
            jwk("signs", RSA.getPublic(), "key_ops", List.of("sign")),
            jwk(null, STRANGE.getPublic())));
    private final TrustedIssuers issuers = issuers(Map.of("claims.team", "payments"));

    private record Case(String name, String token, String reason) {
    }

    private final List<Case> cases = new ArrayList<>();

    @TestFactory
    Stream<DynamicTest> tokenIsRefused() {
        headers();
        algorithms();
        signatures();
        keysOfOtherUses();
        texts();
        issuersAndAudiences();
        times();
        types();
        otherClaims();
        return cases.stream().map(refused -> DynamicTest.dynamicTest(refused.name, () -> {
            TrustedIssuers issuers = issuers(Map.of("claims.team", "payments"));
            Verification verification = issuers.verify(refused.token, Optional.empty());
            assertThat(verification).as(refused.name).isInstanceOf(Refused.class);
            String reason = ((Refused) verification).reason();
            assertThat(reason).as(refused.name).contains(refused.reason);
            // What an error_description may have (RFC 6749 §5.2).
            assertThat(reason).matches("[\\x20-\\x21\\x23-\\x5B\\x5D-\\x7E]+");
            assertThat(issuers.remembered()).isZero();
            // Decided without the issuer, which is not asked about tokens that no key could help.
            assertThat(keys.refreshes).hasValue(0);
        }));
    }

    @Test
    void goodTokenIsNotRefused() {
        assertThat(issuers.verify(token(map(), map()), Optional.empty())).isInstanceOf(Verified.class);
        assertThat(issuers.verify(signed(json(header("alg", "ES256", "kid", "ec")), json(claims()), "ES256", EC.getPrivate()),
                Optional.empty())).isInstanceOf(Verified.class);
        assertThat(issuers.verify(signed(json(header("alg", "EdDSA", "kid", "ed")), json(claims()), "EdDSA", ED.getPrivate()),
                Optional.empty())).isInstanceOf(Verified.class);
    }

    private void headers() {
        refused("crit", map("crit", List.of("exp")), map(), "extension");
        refused("crit of b64", map("crit", List.of("b64"), "b64", false), map(), "extension");
        refused("crit, empty", map("crit", List.of()), map(), "extension");
        refused("b64 without crit", map("b64", false), map(), "extension");
        refused("b64 true", map("b64", true), map(), "extension");
        Map<String, Object> own = jwk("rsa", STRANGE.getPublic())
                .toParams(org.jose4j.jwk.JsonWebKey.OutputControlLevel.PUBLIC_ONLY);
        cases.add(new Case("jwk in the header",
                signed(json(header("jwk", own)), json(claims()), "RS256", STRANGE.getPrivate()), "has a key"));
        refused("the right jwk in the header", map("jwk", jwk("rsa", RSA.getPublic())
                .toParams(org.jose4j.jwk.JsonWebKey.OutputControlLevel.PUBLIC_ONLY)), map(), "has a key");
        refused("jku", map("jku", "https://attacker.example.com/jwks"), map(), "has a key");
        refused("jku of the issuer", map("jku", ISSUER + "/jwks"), map(), "has a key");
        refused("x5u", map("x5u", "https://attacker.example.com/cert"), map(), "has a key");
        refused("x5c", map("x5c", List.of("MIIB")), map(), "has a key");
        refused("cty of a nested token", map("cty", "JWT"), map(), "contains another");
        for (Object type : List.of("logout+jwt", "dpop+jwt", "secevent+jwt", "oauth-authz-req+jwt", "application/dpop+jwt",
                "JOSE", "JWE", "", " JWT", "JWT ", "application/application/jwt", "text/jwt", 5L, true, List.of("JWT"),
                Map.of("a", "JWT"))) {
            refused("typ " + type, map("typ", type), map(), "typ");
        }
        for (Object id : List.of(5L, true, List.of("rsa"), Map.of("kid", "rsa"), "r".repeat(257))) {
            refused("kid " + id, map("kid", id), map(), "kid");
        }
        for (String id : List.of("", "RSA", "rsa ", "../../rsa", "rsa\0", "' OR 1=1 --", "unknown")) {
            refused("kid " + id, map("kid", id), map(), "not one of its issuer");
        }
        raw("header with two algorithms", "{'alg':'none','alg':'RS256','kid':'rsa'}", null, "one JSON object");
        raw("header with two algorithms, null first", "{'alg':null,'alg':'RS256','kid':'rsa'}", null, "one JSON object");
        raw("header with two ids, one escaped", "{'alg':'RS256','kid':'rsa','\\u006bid':'ec'}", null, "one JSON object");
        raw("header with a repeated member inside", "{'alg':'RS256','kid':'rsa','x':{'a':1,'a':2}}", null, "one JSON object");
        for (String header : List.of("", "x", "null", "[]", "5", "'RS256'", "{'alg':'RS256','kid':'rsa'", "{'alg':'RS256'}{}",
                "{alg:'RS256'}", "{'alg':'RS256','kid':'rsa'} x", "\uFEFF{'alg':'RS256','kid':'rsa'}",
                "[".repeat(4_000), "{'alg':'RS256','x':" + "[".repeat(3_000))) {
            raw("header " + header.substring(0, Math.min(header.length(), 30)), header, null,
                    header.isEmpty() ? "three parts" : "one JSON object");
        }
        cases.add(new Case("header that is not UTF-8",
                signed(json(header("x", "ÿ")).getBytes(StandardCharsets.ISO_8859_1),
                        json(claims()).getBytes(StandardCharsets.UTF_8), "RS256", RSA.getPrivate()),
                "not UTF-8"));
    }

    private void algorithms() {
        for (Object algorithm : List.of("none", "None", "NONE", "nOnE", "none ", "", "rs256", "RS256 ", "RS1", "ES256K",
                "HS256",
                "HS384", "HS512", "RSA-OAEP", "dir", "A128KW", "SHA256withRSA", 5L, true, List.of("RS256"), Map.of())) {
            refused("alg " + algorithm, map("alg", algorithm), map(), "algorithm");
            String unsigned = base64Url(json(header("alg", algorithm))) + "." + base64Url(json(claims())) + ".";
            cases.add(new Case("alg " + algorithm + ", no signature", unsigned, "three parts"));
            cases.add(
                    new Case("alg " + algorithm + ", two parts", unsigned.substring(0, unsigned.length() - 1), "three parts"));
        }
        raw("no alg", "{'kid':'rsa'}", null, "algorithm");
        raw("alg null", "{'alg':null,'kid':'rsa'}", null, "algorithm");
        for (String algorithm : List.of("HS256", "HS384", "HS512")) {
            publicKeyAsSecret().forEach((form, secret) -> {
                String input = base64Url(json(header("alg", algorithm))) + "." + base64Url(json(claims()));
                String mac = base64Url(TestTokens.hmac(input, algorithm.replace("HS", "HmacSHA"), secret));
                cases.add(new Case(algorithm + " with the public key as the secret, " + form, input + "." + mac, "algorithm"));
            });
        }
        String input = base64Url(json(header())) + "." + base64Url(json(claims()));
        publicKeyAsSecret().forEach((form, secret) -> cases.add(new Case("RS256 with an HMAC by the public key, " + form,
                input + "." + base64Url(TestTokens.hmac(input, "HmacSHA256", secret)), "signature")));
    }

    private static Map<String, byte[]> publicKeyAsSecret() {
        byte[] der = RSA.getPublic().getEncoded();
        String pem = "-----BEGIN PUBLIC KEY-----\n" + Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(der)
                + "\n-----END PUBLIC KEY-----";
        return Map.of("DER", der, "PEM", pem.getBytes(StandardCharsets.US_ASCII),
                "PEM with a line end", (pem + "\n").getBytes(StandardCharsets.US_ASCII),
                "JWK", jwk("rsa", RSA.getPublic()).toJson().getBytes(StandardCharsets.UTF_8),
                "modulus", ((RSAPublicKey) RSA.getPublic()).getModulus().toByteArray());
    }

    private void signatures() {
        String good = token(map(), map());
        String input = good.substring(0, good.lastIndexOf('.'));
        cases.add(new Case("signature of another token",
                input + token(map(), map("jti", "other")).substring(token(map(), map("jti", "other")).lastIndexOf('.')),
                "signature"));
        cases.add(new Case("signature by an unknown key", signed(json(header()), json(claims()), "RS256", STRANGE.getPrivate()),
                "signature"));
        cases.add(new Case("claims replaced",
                base64Url(json(header())) + "." + base64Url(json(claims("sub", "admin")))
                        + good.substring(good.lastIndexOf('.')),
                "signature"));
        cases.add(new Case("signature of one byte", input + "." + base64Url(new byte[1]), "signature"));
        cases.add(new Case("signature of zeros", input + "." + base64Url(new byte[256]), "signature"));
        cases.add(new Case("RSA signature 1", input + "." + base64Url(one(256)), "signature"));
        cases.add(new Case("RSA signature larger than the modulus", input + "." + base64Url(plusModulus(good)), "signature"));
        cases.add(new Case("signature with a zero before it",
                input + "." + base64Url(join(new byte[1], signature(input, "RS256", RSA.getPrivate()))), "signature"));
        cases.add(new Case("PS256 as RS256", signed(json(header()), json(claims()), "PS256", RSA.getPrivate()), "signature"));
        cases.add(new Case("RS512 as RS256", signed(json(header()), json(claims()), "RS512", RSA.getPrivate()), "signature"));
        ecSignatures();
        edSignatures();
    }

    private void ecSignatures() {
        String input = base64Url(json(header("alg", "ES256", "kid", "ec"))) + "." + base64Url(json(claims()));
        byte[] good = signature(input, "ES256", EC.getPrivate());
        byte[] order = unsigned(((ECPublicKey) EC.getPublic()).getParams().getOrder(), 32);
        byte[] r = Arrays.copyOf(good, 32);
        byte[] s = Arrays.copyOfRange(good, 32, 64);
        Map<String, byte[]> signatures = map2("zeros", new byte[64],
                "r is 0", join(new byte[32], s), "s is 0", join(r, new byte[32]),
                "r is the order", join(order, s), "s is the order", join(r, order),
                "both are the order", join(order, order), "both are the largest number", filled(64),
                "r and the order", join(unsigned(new BigInteger(1, r).add(new BigInteger(1, order)), 33), s),
                "DER", der(input), "one byte less", Arrays.copyOf(good, 63), "one byte more", Arrays.copyOf(good, 65),
                "a zero before each", join(join(new byte[1], r), join(new byte[1], s)), "twice", join(good, good));
        signatures.forEach((name, bytes) -> cases
                .add(new Case("ES256 signature: " + name, input + "." + base64Url(bytes), "signature")));
        cases.add(new Case("ES384 with the key of P-256",
                signed(json(header("alg", "ES384", "kid", "ec")), json(claims()), "ES384", EC.getPrivate()),
                "not for its algorithm"));
        cases.add(new Case("ES256 with the key of P-384",
                signed(json(header("alg", "ES256", "kid", "p384")), json(claims()), "ES256", P384.getPrivate()),
                "not for its algorithm"));
        cases.add(new Case("RS256 with the id of an EC key",
                signed(json(header("kid", "ec")), json(claims()), "RS256", RSA.getPrivate()), "not for its algorithm"));
        cases.add(new Case("EdDSA with the id of an RSA key",
                signed(json(header("alg", "EdDSA")), json(claims()), "EdDSA", ED.getPrivate()), "not for its algorithm"));
    }

    private void edSignatures() {
        String input = base64Url(json(header("alg", "EdDSA", "kid", "ed"))) + "." + base64Url(json(claims()));
        byte[] good = signature(input, "EdDSA", ED.getPrivate());
        byte[] identity = new byte[32];
        identity[0] = 1;
        Map<String, byte[]> signatures = map2("zeros", new byte[64], "point of small order", join(identity, new byte[32]),
                "zero point of order 4", new byte[64], "s and the order", join(Arrays.copyOf(good, 32), plusOrder(good)),
                "63 bytes", Arrays.copyOf(good, 63), "65 bytes", Arrays.copyOf(good, 65), "Ed448's size", new byte[114]);
        signatures.forEach((name, bytes) -> cases
                .add(new Case("EdDSA signature: " + name, input + "." + base64Url(bytes), "signature")));
    }

    private void keysOfOtherUses() {
        refused("key for encryption", map("kid", "encrypts"), map(), "not for its algorithm");
        refused("key for another algorithm", map("kid", "rs512"), map(), "not for its algorithm");
        refused("key for signing only", map("kid", "signs"), map(), "not for its algorithm");
        cases.add(new Case("RSA key of 1024 bits",
                signed(json(header("kid", "short")), json(claims()), "RS256", SHORT.getPrivate()), "not for its algorithm"));
        raw("no kid, and several keys fit", "{'alg':'RS256'}", null, "several fit");
        raw("kid null, and several keys fit", "{'alg':'RS256','kid':null}", null, "several fit");
        cases.add(new Case("kid, but the key has none", signed(json(header("kid", "null")), json(claims()), "RS256",
                STRANGE.getPrivate()), "not one of its issuer"));
    }

    private void texts() {
        String good = token(map(), map());
        String[] parts = good.split("\\.");
        for (String text : List.of("", ".", "..", "...", "....", "a", "a.b", "a.b.c", "a.b.c.d", good + ".", good + "..",
                "." + good,
                good + ".x", good.replace(".", ".."), " " + good, good + " ", good + "\n", good + "\r\n", "\t" + good,
                "\uFEFF" + good, good + "\0", good + "=", good + "==", good + "é", good.replaceFirst("\\.", "=."),
                parts[0] + " ." + parts[1] + "." + parts[2], parts[0] + "." + parts[1] + "\n." + parts[2],
                parts[0] + "." + parts[1] + "." + parts[2].replace('-', '+').replace('_', '/') + "+",
                parts[0] + "." + parts[1] + "..", parts[0] + ".." + parts[2], "." + parts[1] + "." + parts[2],
                good + "," + good, good + "#", "Bearer " + good, good + "A",
                parts[0] + "A." + parts[1] + "." + parts[2])) {
            if (!text.equals(good)) {
                cases.add(new Case("text " + cases.size(), text, "the token is"));
            }
        }
        unusedBits(parts);
        cases.add(new Case("encrypted token", "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..aaaa.bbbb.cccc", "encrypted"));
        cases.add(new Case("nested token", signed(json(header()), good, "RS256", RSA.getPrivate()), "one JSON object"));
        cases.add(new Case("64 KiB", token(map(), map("x", "y".repeat(48 * 1024))), "longer than 8192"));
        cases.add(new Case("10,000 levels", token(map(), map()).replace(parts[1],
                base64Url("{\"x\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}")), "longer than 8192"));
        cases.add(new Case("number of 100,000 digits",
                signed(json(header()), "{\"exp\":" + "9".repeat(100_000) + "}", "RS256", RSA.getPrivate()),
                "longer than 8192"));
        cases.add(new Case("header of 64 KiB", token(map("x", "y".repeat(48 * 1024)), map()), "longer than 8192"));
    }

    /** The last character of a part has bits that a decoder ignores. */
    private void unusedBits(String[] parts) {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        char last = parts[2].charAt(parts[2].length() - 1);
        for (char c : alphabet.toCharArray()) {
            if (c != last && alphabet.indexOf(c) / 16 == alphabet.indexOf(last) / 16) {
                String same = parts[2].substring(0, parts[2].length() - 1) + c;
                assertThat(Base64.getUrlDecoder().decode(same)).isEqualTo(Base64.getUrlDecoder().decode(parts[2]));
                cases.add(new Case("other text of the same signature: " + c, parts[0] + "." + parts[1] + "." + same,
                        "three parts"));
            }
        }
    }

    private void issuersAndAudiences() {
        for (Object issuer : List.of(ISSUER + "/", ISSUER.toUpperCase(java.util.Locale.ROOT), ISSUER + " ", " " + ISSUER,
                ISSUER + "\0", ISSUER + "#", ISSUER + "?", "https://idp.example.com:443/realms/main", "https://idp.example.com",
                "http://idp.example.com/realms/main", "https://idp.example.com/realms/../realms/main", "idp", "",
                "https://ıdp.example.com/realms/main",
                5L, 1.5, true, List.of(ISSUER), List.of(), Map.of("iss", ISSUER))) {
            refused("iss " + issuer, map(), map("iss", issuer), "iss");
        }
        without("iss", "iss");
        for (Object audience : List.of("", "https://tokens.example.com/", "https://tokens.example",
                "HTTPS://TOKENS.EXAMPLE.COM", "*",
                "https://tokens.example.com https://other.example.com", "https://other.example.com", 5L, true, 1.5, List.of(),
                List.of("https://other.example.com"), List.of("https://other.example.com", AUDIENCE + "x"),
                List.of(5L, AUDIENCE),
                List.of(List.of(AUDIENCE)), Arrays.asList(AUDIENCE, null), Map.of("aud", AUDIENCE), Map.of(AUDIENCE, true))) {
            refused("aud " + audience, map(), map("aud", audience), "aud");
        }
        without("aud", "aud");
        raw("aud null", null, json(claims()).replace("\"" + AUDIENCE + "\"", "null"), "aud");
        raw("two issuers", null, "{'iss':'https://other.example.com'," + json(claims()).substring(1).replace('"', '\''),
                "one JSON object");
        raw("two issuers, one escaped", null, "{'\\u0069ss':'" + ISSUER + "'," + json(claims()).substring(1).replace('"', '\''),
                "one JSON object");
        raw("two subjects, null first", null, "{'sub':null," + json(claims()).substring(1).replace('"', '\''),
                "one JSON object");
        raw("a repeated member inside", null, "{'cnf':{'jkt':'a','jkt':'b'}," + json(claims()).substring(1).replace('"', '\''),
                "one JSON object");
    }

    private void times() {
        refused("expired", map(), map("exp", now - 30), "expired");
        refused("expired long ago", map(), map("exp", 1L), "expired");
        refused("exp 0", map(), map("exp", 0L), "expired");
        refused("exp in milliseconds", map(), map("exp", (now + 300) * 1_000), "exp");
        without("exp", "does not expire");
        refused("nbf in the future", map(), map("nbf", now + 31), "nbf");
        refused("iat in the future", map(), map("iat", now + 31), "iat");
        refused("iat in the far future", map(), map("iat", now + 1_000_000_000L), "iat");
        for (String claim : List.of("exp", "nbf", "iat")) {
            for (Object value : List.of(String.valueOf(now + 300), "", -1L, -0.5, 1e18, 1e300, Long.MAX_VALUE, Long.MIN_VALUE,
                    253_402_300_800L, true, false, List.of(now + 300), List.of(), Map.of("seconds", now + 300))) {
                refused(claim + " " + value, map(), map(claim, value), claim);
            }
            for (String value : List.of("null", "1e400", "-1e400", "9".repeat(30), "9".repeat(5_000))) {
                raw(claim + " " + value.substring(0, Math.min(30, value.length())), null, number(claim, value), claim);
            }
            for (String value : List.of("NaN", "Infinity", "-Infinity", "0x7fffffff",
                    "1_000",
                    "'", "1e", "+1")) {
                raw(claim + " " + value.substring(0, Math.min(30, value.length())), null, number(claim, value),
                        "one JSON object");
            }
        }
    }

    private String number(String claim, String value) {
        Map<String, Object> claims = claims();
        claims.remove(claim);
        return "{\"" + claim + "\":" + value + "," + json(claims).substring(1);
    }

    private void types() {
        for (String claims : List.of("x", "null", "[]", "5", "''", "true", "{}{}", "{'iss'}", "\uFEFF{}", "[".repeat(4_000),
                "{'x':" + "[".repeat(4_000), "{'x':'" + "a".repeat(100), "{'a':1}garbage")) {
            raw("claims " + claims.substring(0, Math.min(20, claims.length())), null, claims, "one JSON object");
        }
        cases.add(new Case("claims that are not UTF-8", signed(json(header()).getBytes(StandardCharsets.UTF_8),
                json(claims("x", "ÿ")).getBytes(StandardCharsets.ISO_8859_1), "RS256", RSA.getPrivate()), "not UTF-8"));
        cases.add(new Case("claims with an overlong encoding", signed(json(header()).getBytes(StandardCharsets.UTF_8),
                overlong(json(claims("x", "?"))), "RS256", RSA.getPrivate()), "not UTF-8"));
    }

    private void otherClaims() {
        for (Object subject : List.of("", 5L, true, List.of("a"), Map.of("a", "b"))) {
            refused("sub " + subject, map(), map("sub", subject), "sub");
        }
        without("sub", "sub");
        for (String name : List.of("a\nb", "a\u001Bb", "é", "a\u202Eb", " a", "a ", "a".repeat(257), "\u007F", "😀")) {
            refused("name " + name, map(), map("sub", name), "name");
        }
        for (Object team : List.of("payment", "payments2", "Payments", "", 5L, true, List.of(), List.of("x"),
                List.of("payments", 5L),
                Map.of("payments", true), "payments\n")) {
            refused("claim " + team, map(), map("team", team), "not those of a caller");
        }
        without("team", "not those of a caller");
        for (Object confirmation : Arrays.asList(map("jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"),
                map("jwk", map("kty", "RSA")), map("jku", "https://x"), map("kid", "x"), map("x5t#S256", "short"),
                map("x5t#S256", 5L), map("x5t#S256", "A".repeat(43), "jkt", "B".repeat(43)), map(), "x", 5L, true, List.of(),
                null)) {
            refused("cnf " + confirmation, map(), map("cnf", confirmation), "cnf");
        }
    }

    @Test
    void changedTokenIsRefused() {
        String good = token(map(), map());
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
        qt().withExamples(3_000)
                .forAll(integers().between(0, good.length() - 1), integers().between(0, 64), integers().between(0, 2))
                .checkAssert((place, symbol, change) -> {
                    String c = alphabet.substring(symbol, symbol + 1);
                    String changed = good.substring(0, place) + (change == 1 ? "" : c)
                            + good.substring(change == 2 ? place : place + 1);
                    if (!changed.equals(good)) {
                        assertThat(issuers.verify(changed, Optional.empty())).isInstanceOf(Refused.class);
                    }
                });
    }

    /** Levels and digits that fit into a token: refused or not, they are read without a failure. */
    @Test
    void strangeClaimsDoNoHarm() {
        for (String value : List.of("[".repeat(2_800) + "]".repeat(2_800), "{\"x\":".repeat(900) + "1" + "}".repeat(900),
                "0." + "3".repeat(5_000), "1e-99999", "-0", "\"" + "\\ud800".repeat(100) + "\"",
                "[" + "1,".repeat(2_000) + "1]")) {
            String token = signed(json(header()), "{\"x\":" + value + "," + json(claims()).substring(1), "RS256",
                    RSA.getPrivate());
            assertThat(token).hasSizeLessThanOrEqualTo(8 * 1024);
            assertThat(issuers.verify(token, Optional.empty())).isInstanceOf(Verified.class);
        }
    }

    /** With such a key everybody can write signatures (RFC 8032 §7). */
    @Test
    void keyOfSmallOrderVerifiesNothing() throws Exception {
        byte[] identity = new byte[32];
        identity[0] = 1;
        byte[] orderTwo = filled(32);
        orderTwo[0] = (byte) 0xEC;
        orderTwo[31] = 0x7F;
        for (byte[] point : List.of(identity, new byte[32], orderTwo,
                java.util.HexFormat.of().parseHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
                java.util.HexFormat.of().parseHex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"))) {
            keys.set(List.of(PublicJsonWebKey.Factory
                    .newPublicJwk(map("kty", "OKP", "crv", "Ed25519", "kid", "ed", "x", base64Url(point)))));
            for (byte[] r : List.of(identity, point, orderTwo, new byte[32])) {
                for (int i = 0; i < 20; i++) {
                    String input = base64Url(json(header("alg", "EdDSA", "kid", "ed"))) + "."
                            + base64Url(json(claims("jti", i)));
                    assertThat(issuers.verify(input + "." + base64Url(join(r, new byte[32])), Optional.empty()))
                            .isInstanceOf(Refused.class);
                }
            }
        }
    }

    @Test
    void keyOfSmallOrderOfTheOtherCurveVerifiesNothing() throws Exception {
        byte[] identity = new byte[57];
        identity[0] = 1;
        keys.set(List.of(PublicJsonWebKey.Factory
                .newPublicJwk(map("kty", "OKP", "crv", "Ed448", "kid", "ed", "x", base64Url(identity)))));
        String input = base64Url(json(header("alg", "EdDSA", "kid", "ed"))) + "." + base64Url(json(claims()));

        assertThat(issuers.verify(input + "." + base64Url(join(identity, new byte[57])), Optional.empty()))
                .isEqualTo(new Refused("the key of the token (kid) is not for its algorithm (alg)"));
    }

    @Test
    void algorithmThatTheIssuerDoesNotUseIsRefused() {
        TrustedIssuers onlyEc = issuers(Map.of("algorithms", "ES256"));

        assertThat(onlyEc.verify(token(map(), map()), Optional.empty()))
                .isEqualTo(new Refused("the algorithm of the token (alg) is not accepted"));
    }

    @Test
    void symmetricKeyOfTheIssuerIsNotUsed() throws Exception {
        String secret = base64Url(new byte[32]);
        Object symmetric = org.jose4j.jwk.JsonWebKey.Factory.newJwk(Map.of("kty", "oct", "kid", "secret", "k", secret));
        assertThat(symmetric).isNotInstanceOf(PublicJsonWebKey.class);
        String input = base64Url(json(header("alg", "HS256", "kid", "secret"))) + "." + base64Url(json(claims()));

        assertThat(
                issuers.verify(input + "." + base64Url(TestTokens.hmac(input, "HmacSHA256", new byte[32])), Optional.empty()))
                .isInstanceOf(Refused.class);
    }

    private TrustedIssuers issuers(Map<String, String> further) {
        Map<String, String> values = new java.util.HashMap<>(
                Map.of("issuer", ISSUER, "audience", AUDIENCE, "scopes", "customer.{lean_customer}"));
        values.putAll(further);
        return new TrustedIssuers(List.of(IssuerSettings.of("idp", values)), unused -> Map.of("idp", keys), clock);
    }

    private void refused(String name, Map<String, Object> header, Map<String, Object> claims, String reason) {
        cases.add(new Case(name, token(header, claims), reason));
    }

    private void without(String claim, String reason) {
        Map<String, Object> claims = claims();
        claims.remove(claim);
        cases.add(new Case("no " + claim, signed(json(header()), json(claims), "RS256", RSA.getPrivate()), reason));
    }

    /** @param header with apostrophes for quotation marks; null for a good one */
    private void raw(String name, String header, String claims, String reason) {
        cases.add(new Case(name, signed(header == null ? json(header()) : header.replace('\'', '"'),
                claims == null ? json(claims()) : claims.replace('\'', '"'), "RS256", RSA.getPrivate()), reason));
    }

    private String token(Map<String, Object> header, Map<String, Object> claims) {
        Map<String, Object> allHeaders = header();
        allHeaders.putAll(header);
        Map<String, Object> allClaims = claims();
        allClaims.putAll(claims);
        return signed(json(allHeaders), json(allClaims), "RS256", RSA.getPrivate());
    }

    private Map<String, Object> header(Object... members) {
        Map<String, Object> header = map("alg", "RS256", "typ", "JWT", "kid", "rsa");
        header.putAll(map(members));
        return header;
    }

    private Map<String, Object> claims(Object... members) {
        Map<String, Object> claims = map("iss", ISSUER, "aud", AUDIENCE, "sub", "orders", "exp", now + 300, "iat", now, "nbf",
                now,
                "lean_customer", "42", "team", "payments");
        claims.putAll(map(members));
        return claims;
    }

    private static Map<String, byte[]> map2(Object... members) {
        Map<String, byte[]> map = new java.util.LinkedHashMap<>();
        map(members).forEach((name, value) -> map.put(name, (byte[]) value));
        return map;
    }

    private static byte[] der(String input) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(EC.getPrivate());
            signature.update(input.getBytes(StandardCharsets.US_ASCII));
            return signature.sign();
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @return s, which is little-endian, plus the order of the group: the same number in it */
    private static byte[] plusOrder(byte[] signature) {
        byte[] sum = unsigned(new BigInteger(1, reversed(Arrays.copyOfRange(signature, 32, 64))).add(ED_ORDER), 32);
        return reversed(sum);
    }

    private static byte[] plusModulus(String token) {
        BigInteger signature = new BigInteger(1, Base64.getUrlDecoder().decode(token.substring(token.lastIndexOf('.') + 1)));
        return unsigned(signature.add(((RSAPublicKey) RSA.getPublic()).getModulus()), 257);
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return reversed;
    }

    private static byte[] unsigned(BigInteger number, int size) {
        byte[] signed = number.toByteArray();
        byte[] bytes = new byte[size];
        int length = Math.min(size, signed.length);
        System.arraycopy(signed, signed.length - length, bytes, size - length, length);
        return bytes;
    }

    private static byte[] one(int size) {
        return unsigned(BigInteger.ONE, size);
    }

    private static byte[] filled(int size) {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) 0xFF);
        return bytes;
    }

    private static byte[] join(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    /** Writes the question mark as two bytes, which a lenient decoder accepts. */
    private static byte[] overlong(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int place = text.indexOf('?');
        return join(join(Arrays.copyOf(bytes, place), new byte[] { (byte) 0xC0, (byte) 0xBF }),
                Arrays.copyOfRange(bytes, place + 1, bytes.length));
    }

}
