package dev.leantokens.issuer;

import static dev.leantokens.issuer.TestTokens.AUDIENCE;
import static dev.leantokens.issuer.TestTokens.ISSUER;
import static dev.leantokens.issuer.TestTokens.json;
import static dev.leantokens.issuer.TestTokens.jwk;
import static dev.leantokens.issuer.TestTokens.map;
import static dev.leantokens.issuer.TestTokens.signed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.KeyPair;
import java.security.spec.NamedParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jose4j.jwk.PublicJsonWebKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.issuer.Verification.Pending;
import dev.leantokens.issuer.Verification.Refused;
import dev.leantokens.issuer.Verification.Unavailable;
import dev.leantokens.issuer.Verification.Verified;
import dev.leantokens.testing.LogLines;
import dev.leantokens.testing.TestClock;
import dev.leantokens.token.Scope;
import dev.leantokens.token.ScopePattern;

class TrustedIssuersTest {

    private static final String RESOURCE = "https://mcp.example.com/mcp";
    private static final PublicJsonWebKey RSA = jwk("rsa", TestTokens.RSA.getPublic());
    private static final PublicJsonWebKey ED = jwk("ed", TestTokens.ED.getPublic());
    private static final KeyPair OTHER = TestTokens.pair("Ed25519", NamedParameterSpec.ED25519);

    private final TestClock clock = new TestClock();
    private final long now = clock.instant().getEpochSecond();
    private final FakeKeys keys = new FakeKeys(List.of(RSA, ED));
    private final TrustedIssuers issuers = issuers(settings("idp", Map.of()));

    @Test
    void tokenSaysWhoTheCallerIs() {
        Map<String, Object> claims = claims("scope", "read  write", "scp", List.of("admin", 5L), "cnf",
                map("x5t#S256", "A".repeat(43)), "azp", "agent-1");
        TrustedIssuers named = issuers(settings("idp", Map.of("scopes", "api,customer.{lean_customer},customer.{missing}",
                "name-claim", "azp")));

        FederatedIdentity identity = identity(named.verify(token(claims), Optional.empty()));

        assertThat(identity.issuer()).isEqualTo("idp");
        assertThat(identity.subject()).isEqualTo("orders");
        assertThat(identity.name()).isEqualTo("agent-1");
        assertThat(identity.scopes()).extracting(ScopePattern::toString).containsExactly("api", "customer.42");
        assertThat(identity.oauthScopes()).containsExactlyInAnyOrder("read", "write", "admin");
        assertThat(identity.certificate()).contains("A".repeat(43));
        assertThat(identity.expiresAt()).isEqualTo(Instant.ofEpochSecond(now + 300));
        assertThat(named.issuers()).isEqualTo(1);
    }

    @Test
    void nameIsTheSubjectByDefault() {
        assertThat(identity(issuers.verify(token(claims()), Optional.empty())).name()).isEqualTo("orders");
    }

    @Test
    void tokenWithoutAnyEntitlementIsGenuine() {
        Map<String, Object> claims = claims();
        claims.remove("lean_customer");

        assertThat(identity(issuers.verify(token(claims), Optional.empty())).scopes()).isEmpty();
    }

    static Stream<Arguments> algorithms() {
        Stream<Arguments> rsa = Stream.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
                .map(name -> Arguments.of(name, TestTokens.RSA));
        return Stream.concat(rsa, Stream.of(Arguments.of("ES256", TestTokens.EC),
                Arguments.of("ES384", TestTokens.ec("secp384r1")), Arguments.of("ES512", TestTokens.ec("secp521r1")),
                Arguments.of("EdDSA", TestTokens.ED),
                Arguments.of("EdDSA", TestTokens.pair("Ed448", NamedParameterSpec.ED448))));
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void everyAsymmetricAlgorithmIsVerified(String algorithm, KeyPair pair) {
        keys.set(List.of(jwk("k", pair.getPublic(), "alg", algorithm, "use", "sig", "key_ops", List.of("verify"))));

        assertThat(issuers.verify(signed(json(map("alg", algorithm, "kid", "k")), json(claims()), algorithm, pair.getPrivate()),
                Optional.empty())).isInstanceOf(Verified.class);
        // The key of another issuer.
        keys.set(List.of(jwk("k", pair.getPublic() instanceof java.security.interfaces.RSAKey
                ? TestTokens.rsa(2048).getPublic()
                : OTHER.getPublic())));
        assertThat(issuers.verify(signed(json(map("alg", algorithm, "kid", "k")), json(claims()), algorithm, pair.getPrivate()),
                Optional.empty())).isInstanceOf(Refused.class);
    }

    static Stream<Map<String, Object>> headers() {
        return Stream.of(map(), map("typ", "JWT"), map("typ", "jwt"), map("typ", "at+jwt"), map("typ", "AT+JWT"),
                map("typ", "application/at+jwt"), map("typ", null), map("crit", null), map("x5t", "abc"), map("nonce", "abc"),
                map("x", map("y", List.of(1L))));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void headerMayHave(Map<String, Object> members) {
        Map<String, Object> header = map("alg", "RS256", "kid", "rsa");
        header.putAll(members);

        assertThat(issuers.verify(signed(json(header), json(claims()), "RS256", TestTokens.RSA.getPrivate()), Optional.empty()))
                .isInstanceOf(Verified.class);
    }

    @Test
    void optionalClaimsMayBeMissing() {
        Map<String, Object> claims = claims();
        claims.keySet().removeAll(List.of("iat", "nbf"));

        assertThat(issuers.verify(token(claims), Optional.empty())).isInstanceOf(Verified.class);
    }

    @ParameterizedTest
    @CsvSource({ "exp, -29, true", "exp, -30, false", "nbf, 30, true", "nbf, 31, false", "iat, 30, true", "iat, 31, false" })
    void clocksMayDiffer(String claim, long seconds, boolean verified) {
        assertThat(issuers.verify(token(claims(claim, now + seconds)), Optional.empty()) instanceof Verified)
                .isEqualTo(verified);
    }

    @Test
    void timeMayBeAFraction() {
        FederatedIdentity identity = identity(issuers.verify(token(claims("exp", now + 10.5)), Optional.empty()));

        assertThat(identity.expiresAt()).isEqualTo(Instant.ofEpochSecond(now + 10).plusMillis(500));
    }

    @ParameterizedTest
    @CsvSource({ "lean-tokens, true", "https://tokens.example.com, true", "https://mcp.example.com/mcp, false" })
    void audienceIsOneOfTheSettings(String audience, boolean verified) {
        TrustedIssuers two = issuers(settings("idp", Map.of("audience", "lean-tokens," + AUDIENCE)));

        assertThat(two.verify(token(claims("aud", audience)), Optional.empty()) instanceof Verified).isEqualTo(verified);
        assertThat(two.verify(token(claims("aud", List.of("other", audience))), Optional.empty()) instanceof Verified)
                .isEqualTo(verified);
    }

    @Test
    void audienceIsTheResourceIfThereIsOne() {
        assertThat(issuers.verify(token(claims("aud", RESOURCE)), Optional.of(RESOURCE))).isInstanceOf(Verified.class);
        assertThat(issuers.verify(token(claims("aud", List.of(AUDIENCE, RESOURCE))), Optional.of(RESOURCE)))
                .isInstanceOf(Verified.class);
        assertThat(issuers.verify(token(claims("aud", AUDIENCE)), Optional.of(RESOURCE)))
                .isEqualTo(new Refused("the token is for another audience (aud)"));
        assertThat(issuers.verify(token(claims("aud", RESOURCE + "/")), Optional.of(RESOURCE))).isInstanceOf(Refused.class);
    }

    /** A token that is remembered for one port is not good for the other. */
    @Test
    void rememberedTokenIsForOneAudience() {
        String token = token(claims());
        assertThat(issuers.verify(token, Optional.empty())).isInstanceOf(Verified.class);

        assertThat(issuers.verify(token, Optional.of(RESOURCE))).isInstanceOf(Refused.class);

        String forResource = token(claims("aud", RESOURCE));
        assertThat(issuers.verify(forResource, Optional.of(RESOURCE))).isInstanceOf(Verified.class);
        assertThat(issuers.verify(forResource, Optional.empty())).isInstanceOf(Refused.class);
        assertThat(issuers.verify(forResource, Optional.of(RESOURCE.replace('m', 'n')))).isInstanceOf(Refused.class);
    }

    /** The place of a remembered token must not be found by other texts: audience and token are told apart. */
    @Test
    void textWithTheAudienceBeforeTheTokenIsRefused() {
        String token = token(claims("aud", RESOURCE));
        assertThat(issuers.verify(token, Optional.of(RESOURCE))).isInstanceOf(Verified.class);

        assertThat(issuers.verify(RESOURCE + token, Optional.empty())).isInstanceOf(Refused.class);
        for (String between : List.of(" ", "\n", ".", "\0")) {
            assertThat(issuers.verify(RESOURCE + between + token, Optional.empty())).isInstanceOf(Refused.class);
            assertThat(issuers.verify(between + token, Optional.of(RESOURCE + between))).isInstanceOf(Refused.class);
            assertThat(issuers.verify(token.substring(1), Optional.of(RESOURCE + between + token.charAt(0))))
                    .isInstanceOf(Refused.class);
        }
        assertThat(issuers.verify(token, Optional.of(""))).isInstanceOf(Refused.class);
    }

    @Test
    void verifiedTokenIsRemembered() {
        String token = token(claims());
        Verification first = issuers.verify(token, Optional.empty());

        assertThat(issuers.verify(token, Optional.empty())).isSameAs(first);
        assertThat(issuers.remembered()).isEqualTo(1);
    }

    @Test
    void rememberedTokenExpires() {
        String token = token(claims());
        assertThat(issuers.verify(token, Optional.empty())).isInstanceOf(Verified.class);

        clock.advance(Duration.ofSeconds(329));
        assertThat(issuers.verify(token, Optional.empty())).isInstanceOf(Verified.class);
        clock.advance(Duration.ofSeconds(1));
        assertThat(issuers.verify(token, Optional.empty())).isEqualTo(new Refused("the token has expired (exp)"));
        assertThat(issuers.remembered()).isZero();
    }

    @Test
    void rememberedTokenEndsWithItsKey() {
        String token = token(claims());
        assertThat(issuers.verify(token, Optional.empty())).isInstanceOf(Verified.class);

        keys.set(List.of(ED));

        assertThat(issuers.verify(token, Optional.empty())).isInstanceOf(Refused.class);
        assertThat(issuers.remembered()).isZero();
    }

    @Test
    void rememberedTokenEndsWhenItsKeyIsReplacedUnderTheSameId() {
        String token = edToken(claims(), TestTokens.ED);
        assertThat(issuers.verify(token, Optional.empty())).isInstanceOf(Verified.class);

        keys.set(List.of(jwk("ed", OTHER.getPublic())));

        assertThat(issuers.verify(token, Optional.empty())).isInstanceOf(Refused.class);
    }

    @Test
    void rememberedTokenEndsWhenKeysAreGivenUp() {
        String token = token(claims());
        assertThat(issuers.verify(token, Optional.empty())).isInstanceOf(Verified.class);

        keys.lose();

        assertThat(issuers.verify(token, Optional.empty())).isEqualTo(new Unavailable());
    }

    @Test
    void newKeysBesideAnOldOneKeepTokensValid() {
        String token = token(claims());
        assertThat(issuers.verify(token, Optional.empty())).isInstanceOf(Verified.class);

        keys.set(List.of(RSA, ED, jwk("new", OTHER.getPublic())));

        assertThat(issuers.verify(token, Optional.empty())).isInstanceOf(Verified.class);
    }

    @Test
    void rememberedTokensAreBounded() {
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            tokens.add(edToken(claims("jti", i), TestTokens.ED));
        }
        RememberedTokens remembered = new RememberedTokens();
        TrustedIssuer issuer = new TrustedIssuer(List.of(settings("idp", Map.of())), keys);
        Verified verified = (Verified) issuers.verify(tokens.get(0), Optional.empty());
        for (int i = 0; i < 2 * RememberedTokens.MAX_TOKENS; i++) {
            remembered.remember(remembered.digest("token " + i, Optional.empty()), verified, issuer, keys.current(),
                    clock.instant());
            assertThat(remembered.size()).isLessThanOrEqualTo(RememberedTokens.MAX_TOKENS);
        }
        assertThat(remembered.size()).isPositive();
        assertThat(remembered.find(remembered.digest("token " + (2 * RememberedTokens.MAX_TOKENS - 1), Optional.empty()),
                clock.instant())).containsSame(verified);
    }

    @Test
    void rememberedTokensAreBoundedBySize() {
        String scopes = IntStream.range(0, 1_500).mapToObj(i -> Integer.toString(i, 36))
                .collect(Collectors.joining(" "));
        Verified large = (Verified) issuers.verify(edToken(claims("scope", scopes), TestTokens.ED), Optional.empty());
        Verified small = (Verified) issuers.verify(token(claims()), Optional.empty());
        RememberedTokens remembered = new RememberedTokens();
        TrustedIssuer issuer = new TrustedIssuer(List.of(settings("idp", Map.of())), keys);
        for (int i = 0; i < 500; i++) {
            remembered.remember(remembered.digest("token " + i, Optional.empty()), large, issuer, keys.current(),
                    clock.instant());
            assertThat(remembered.bytes()).isBetween(1L, RememberedTokens.MAX_BYTES);
        }
        assertThat(remembered.size()).isBetween(1, 200);
        // What is replaced and forgotten no longer counts.
        RememberedTokens few = new RememberedTokens();
        for (int i = 0; i < 3; i++) {
            few.remember(few.digest("token", Optional.empty()), i == 0 ? large : small, issuer, keys.current(),
                    clock.instant());
        }
        assertThat(few.bytes()).isBetween(1L, 2_000L);
        clock.advance(Duration.ofHours(1));
        assertThat(few.find(few.digest("token", Optional.empty()), clock.instant())).isEmpty();
        assertThat(few.bytes()).isZero();
    }

    @Test
    void expiredTokensMakeRoomFirst() {
        RememberedTokens remembered = new RememberedTokens();
        TrustedIssuer issuer = new TrustedIssuer(List.of(settings("idp", Map.of())), keys);
        Verified soon = (Verified) issuers.verify(token(claims("exp", now + 10)), Optional.empty());
        Verified later = (Verified) issuers.verify(token(claims()), Optional.empty());
        remembered.remember(remembered.digest("later", Optional.empty()), later, issuer, keys.current(), clock.instant());
        for (int i = 1; i < RememberedTokens.MAX_TOKENS; i++) {
            remembered.remember(remembered.digest("soon " + i, Optional.empty()), soon, issuer, keys.current(),
                    clock.instant());
        }

        clock.advance(Duration.ofSeconds(60));
        remembered.remember(remembered.digest("new", Optional.empty()), later, issuer, keys.current(), clock.instant());

        assertThat(remembered.size()).isEqualTo(2);
        assertThat(remembered.find(remembered.digest("later", Optional.empty()), clock.instant())).isPresent();
    }

    @Test
    void unknownKeyIsAskedForOnce() {
        keys.mayBeAsked(1);

        assertThat(issuers.verify(withKey("new", OTHER), Optional.empty())).isInstanceOf(Pending.class);
        for (int i = 0; i < 1_000; i++) {
            assertThat(issuers.verify(withKey("unknown-" + i, TestTokens.ED), Optional.empty()))
                    .isEqualTo(new Refused("the key of the token (kid) is not one of its issuer"));
        }
        assertThat(keys.refreshes).hasValue(1);
        assertThat(issuers.remembered()).isZero();
    }

    /** A client gives up on a refused token, but the new key of its issuer may just not have been fetched. */
    @Test
    void unknownKeyIsNotBlamedOnTheCallerWhileTheIssuerIsUnavailable() {
        keys.mayBeAsked(1);
        assertThat(issuers.verify(withKey("new", OTHER), Optional.empty())).isInstanceOf(Pending.class);

        keys.outdated();

        assertThat(issuers.verify(withKey("new", OTHER), Optional.empty())).isEqualTo(new Unavailable());
        assertThat(issuers.verify(token(claims()), Optional.empty())).isInstanceOf(Verified.class);
    }

    @Test
    void rotatedKeyIsFollowed() {
        keys.mayBeAsked(1);
        String token = withKey("new", OTHER);
        assertThat(issuers.verify(token, Optional.empty())).isInstanceOf(Pending.class);

        keys.set(List.of(jwk("new", OTHER.getPublic())));

        assertThat(issuers.verify(token, Optional.empty())).isInstanceOf(Verified.class);
    }

    @Test
    void issuerIsNotAskedAboutTokensThatWouldBeRefused() {
        keys.mayBeAsked(1);
        Map<String, Object> header = map("alg", "EdDSA", "kid", "new");

        for (Map<String, Object> claims : List.of(claims("exp", now - 60), claims("aud", "other"), claims("iss", "other"))) {
            assertThat(issuers.verify(signed(json(header), json(claims), "EdDSA", OTHER.getPrivate()), Optional.empty()))
                    .isInstanceOf(Refused.class);
        }
        // A key that is known is not asked for either.
        assertThat(issuers.verify(withKey("ed", OTHER), Optional.empty()))
                .isEqualTo(new Refused("the signature of the token is wrong"));
        assertThat(keys.refreshes).hasValue(0);
    }

    @Test
    void withoutKeysTheIssuerIsAskedOrUnavailable() {
        keys.lose();
        keys.mayBeAsked(1);

        assertThat(issuers.verify(token(claims()), Optional.empty())).isInstanceOf(Pending.class);
        assertThat(issuers.verify(token(claims()), Optional.empty())).isEqualTo(new Unavailable());
    }

    @Test
    void tokenWithoutIdIsVerifiedByTheOnlyKeyThatFits() {
        String token = signed("{\"alg\":\"EdDSA\"}", json(claims()), "EdDSA", TestTokens.ED.getPrivate());

        assertThat(issuers.verify(token, Optional.empty())).isInstanceOf(Verified.class);
        keys.set(List.of(RSA, ED, jwk("other", OTHER.getPublic())));
        assertThat(issuers.verify(token, Optional.empty()))
                .isEqualTo(new Refused("the token does not name its key (kid), and several fit"));
    }

    @Test
    void replacedKeyWithoutIdIsFollowed() {
        keys.mayBeAsked(1);
        keys.set(List.of(jwk(null, TestTokens.ED.getPublic())));
        String token = signed("{\"alg\":\"EdDSA\"}", json(claims()), "EdDSA", OTHER.getPrivate());
        assertThat(issuers.verify(token, Optional.empty())).isInstanceOf(Pending.class);
        assertThat(issuers.verify(token, Optional.empty()))
                .isEqualTo(new Refused("the signature of the token is wrong"));

        keys.set(List.of(jwk(null, OTHER.getPublic())));

        assertThat(issuers.verify(token, Optional.empty())).isInstanceOf(Verified.class);
    }

    @Test
    void twoKeysWithTheSameIdAreTried() {
        keys.set(List.of(jwk("ed", OTHER.getPublic()), ED, jwk("ed", TestTokens.RSA.getPublic())));

        assertThat(issuers.verify(edToken(claims(), TestTokens.ED), Optional.empty())).isInstanceOf(Verified.class);
    }

    /** An event loop verifies; a thousand keys with one id would take it seconds. */
    @Test
    void manyKeysWithTheSameIdAreNotTried() {
        keys.set(List.of(ED, jwk("ed", OTHER.getPublic()), jwk("ed", TestTokens.ED.getPublic(), "use", "sig"),
                jwk("ed", TestTokens.ED.getPublic(), "alg", "EdDSA")));

        assertThat(issuers.verify(edToken(claims(), TestTokens.ED), Optional.empty()))
                .isEqualTo(new Refused("several keys of the issuer have the id of the token's key (kid)"));
    }

    /** Otherwise, everybody could try which claims callers have. */
    @Test
    void onlyAGenuineTokenLearnsWhetherItsClaimsFit() {
        TrustedIssuers several = issuers(settings("idp", Map.of("claims.team", "payments")));
        Refused wrongSignature = new Refused("the signature of the token is wrong");

        for (Object team : List.of("payments", "orders", 5L)) {
            assertThat(several.verify(edToken(claims("team", team), OTHER), Optional.empty())).isEqualTo(wrongSignature);
        }
        assertThat(several.verify(edToken(claims("sub", "a\nb"), OTHER), Optional.empty())).isEqualTo(wrongSignature);
        assertThat(several.verify(edToken(claims("team", "orders"), TestTokens.ED), Optional.empty()))
                .isEqualTo(new Refused("the claims of the token are not those of a caller of this service"));
    }

    @Test
    void eachIssuerHasItsOwnKeys() {
        FakeKeys others = new FakeKeys(List.of(jwk("ed", OTHER.getPublic())));
        TrustedIssuers two = new TrustedIssuers(
                List.of(settings("one", Map.of()), settings("two", Map.of("issuer", "https://two.example.com"))),
                unused -> Map.of("one", keys, "two", others), clock);

        assertThat(identity(two.verify(edToken(claims(), TestTokens.ED), Optional.empty())).issuer()).isEqualTo("one");
        assertThat(identity(two.verify(edToken(claims("iss", "https://two.example.com"), OTHER), Optional.empty())).issuer())
                .isEqualTo("two");
        assertThat(two.verify(edToken(claims("iss", "https://two.example.com"), TestTokens.ED), Optional.empty()))
                .isInstanceOf(Refused.class);
        assertThat(two.verify(edToken(claims(), OTHER), Optional.empty())).isInstanceOf(Refused.class);
        assertThat(two.issuers()).isEqualTo(2);
    }

    @Test
    void settingsOfOneIssuerAreToldApartByClaimsAndAudience() {
        List<String> asked = new ArrayList<>();
        TrustedIssuers several = new TrustedIssuers(List.of(
                settings("payments", Map.of("claims.sub", "system:serviceaccount:payments:*", "scopes", "api")),
                settings("apps", Map.of("claims.sub", "system:serviceaccount:apps:*")),
                settings("batch",
                        Map.of("audience", "batch", "claims.sub", "system:serviceaccount:**", "scopes", "customer.*"))),
                first -> {
                    first.forEach(settings -> asked.add(settings.id()));
                    return Map.of("payments", keys);
                }, clock);

        assertThat(asked).containsExactly("payments");
        FederatedIdentity payments = identity(
                several.verify(token(claims("sub", "system:serviceaccount:payments:a")), Optional.empty()));
        assertThat(payments.issuer()).isEqualTo("payments");
        assertThat(payments.scopes()).extracting(ScopePattern::toString).containsExactly("api");
        FederatedIdentity apps = identity(
                several.verify(token(claims("sub", "system:serviceaccount:apps:a")), Optional.empty()));
        assertThat(apps.issuer()).isEqualTo("apps");
        assertThat(apps.scopes()).extracting(ScopePattern::toString).containsExactly("customer.42");
        assertThat(identity(several.verify(token(claims("sub", "system:serviceaccount:apps:a", "aud", "batch")),
                Optional.empty())).issuer()).isEqualTo("batch");
        assertThat(several.verify(token(claims("sub", "system:serviceaccount:other:a")), Optional.empty()))
                .isInstanceOf(Refused.class);
    }

    @Test
    void tokenThatFitsTwoSettingsIsRefusedAndLoggedOnceAnHour() {
        TrustedIssuers several = issuers(settings("wide", Map.of("claims.sub", "system:**")),
                settings("narrow", Map.of("claims.sub", "system:serviceaccount:payments:*", "scopes", "api")));
        try (LogLines log = LogLines.of(TrustedIssuer.class.getName())) {
            for (int i = 0; i < 3; i++) {
                assertThat(several.verify(token(claims("sub", "system:serviceaccount:payments:a")), Optional.empty()))
                        .isEqualTo(new Refused("the token fits several issuers in the configuration of this service"));
            }

            assertThat(log.lines()).hasSize(1).first().extracting(LogLines.Line::message).asString().contains("wide, narrow");
            clock.advance(Duration.ofHours(1));
            assertThat(several.verify(
                    token(claims("sub", "system:serviceaccount:payments:a", "exp", now + 7_200)), Optional.empty()))
                    .isInstanceOf(Refused.class);
            assertThat(log.lines()).hasSize(2);
            clock.advance(Duration.ofHours(-1));
        }
        assertThat(identity(several.verify(token(claims("sub", "system:node")), Optional.empty())).issuer()).isEqualTo("wide");
    }

    @Test
    void settingsOfOneIssuerHaveTheSameKeys() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> issuers(settings("a", Map.of()), settings("b", Map.of("jwks-url", "https://x.example.com"))))
                .withMessage(
                        "issuers a and b have the same issuer, so their jwks-url, jwks-file, algorithms, ca, proxy-url and "
                                + "token-file must be the same");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> issuers(settings("a", Map.of()), settings("b", Map.of("algorithms", "ES256"))));
    }

    @Test
    void keysAreOnlyRequestedForValidSettings() {
        assertThatIllegalArgumentException().isThrownBy(() -> new TrustedIssuers(
                List.of(settings("a", Map.of()), settings("b", Map.of("algorithms", "ES256"))), first -> {
                    throw new AssertionError("requested");
                }, clock));
    }

    @Test
    void noIssuerIsTrustedWithoutSettings() {
        TrustedIssuers none = new TrustedIssuers(List.of(), first -> Map.of(), clock);

        assertThat(none.issuers()).isZero();
        assertThat(none.verify(token(claims()), Optional.empty())).isInstanceOf(Refused.class);
    }

    @Test
    void idsAreUnique() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> issuers(settings("a", Map.of()), settings("a", Map.of("issuer", "https://two.example.com"))))
                .withMessage("issuer a is configured twice");
    }

    /** Whole tokens; the oracle is the sentence of the documentation. */
    @Test
    void noCustomerGetsAnothersToken() {
        List<Object> values = new ArrayList<>(Arrays.asList("1", "2", "12", "1-2", "1_2", "a", "A", "*", "", "1.2", "1 ", "{a}",
                "1*", "**", 1L, 12L, 1.0, true, null, List.of("1"), List.of("1", "2"), map("id", "1"), "１", "1\u0000"));
        for (Object claim : values) {
            FederatedIdentity identity = identity(
                    issuers.verify(edToken(claims("lean_customer", claim), TestTokens.ED), Optional.empty()));
            for (Object requested : values) {
                boolean own = claim instanceof String id && id.matches("[A-Za-z0-9_-]+")
                        && id.equals(String.valueOf(requested));
                assertThat(ScopePattern.anyAllows(identity.scopes(), new Scope("customer." + requested)))
                        .as("%s, %s", claim, requested).isEqualTo(own);
            }
            assertThat(ScopePattern.anyAllows(identity.scopes(), Scope.API)).isFalse();
        }
    }

    private TrustedIssuers issuers(IssuerSettings... settings) {
        return new TrustedIssuers(List.of(settings), first -> Map.of(first.get(0).id(), keys), clock);
    }

    private static IssuerSettings settings(String id, Map<String, String> further) {
        Map<String, String> values = new HashMap<>(
                Map.of("issuer", ISSUER, "audience", AUDIENCE, "scopes", "customer.{lean_customer}"));
        values.putAll(further);
        return IssuerSettings.of(id, values);
    }

    private static FederatedIdentity identity(Verification verification) {
        assertThat(verification).isInstanceOf(Verified.class);
        return ((Verified) verification).identity();
    }

    private static String token(Map<String, Object> claims) {
        return signed(json(map("alg", "RS256", "kid", "rsa")), json(claims), "RS256", TestTokens.RSA.getPrivate());
    }

    private static String edToken(Map<String, Object> claims, KeyPair pair) {
        return signed(json(map("alg", "EdDSA", "kid", "ed")), json(claims), "EdDSA", pair.getPrivate());
    }

    private String withKey(String id, KeyPair pair) {
        return signed(json(map("alg", "EdDSA", "kid", id)), json(claims()), "EdDSA", pair.getPrivate());
    }

    private Map<String, Object> claims(Object... members) {
        Map<String, Object> claims = map("iss", ISSUER, "aud", AUDIENCE, "sub", "orders", "exp", now + 300, "iat", now, "nbf",
                now,
                "lean_customer", "42");
        claims.putAll(map(members));
        return claims;
    }
}
