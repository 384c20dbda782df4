package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.access.AccessConfig.Anonymous;
import dev.leantokens.access.AccessRules.BodyCredentials;
import dev.leantokens.access.Exposure.Audience;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.issuer.FederatedIdentity;
import dev.leantokens.issuer.Verification.Pending;
import dev.leantokens.issuer.Verification.Refused;
import dev.leantokens.issuer.Verification.Unavailable;
import dev.leantokens.issuer.Verification.Verified;
import dev.leantokens.testing.Certificates.Authority;
import dev.leantokens.testing.Settings;
import dev.leantokens.testing.TestClock;
import dev.leantokens.token.AccessTokenRequest;
import dev.leantokens.token.CacheControl;
import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.ClientAssertion;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Scope;
import dev.leantokens.token.ScopePattern;
import dev.leantokens.token.TokenConfig;
import io.smallrye.mutiny.Uni;

class AccessRulesTest {

    private static final ClientCredentials LEANS = new ClientCredentials("7c9e6679-7425-40de-944b-e07fc1f90ae7", "secret");
    private static final ClientCredentials PAYMENTS = new ClientCredentials("payments", "secret-of-payments");
    private static final String[] WITH_PAYMENTS = { "access.clients.payments.secret", "secret-of-payments",
            "access.clients.payments.scopes", "api" };

    private static final TokenDemands REST = new TokenDemands(Optional.empty(), Optional::empty);

    /** A header and a claims set, as far as the shape of a token needs them. */
    private static final String JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";

    private static final Scope API = Scope.parse("api");
    private static final Scope CUSTOMER = Scope.parse("customer.1");
    private static final boolean LOCAL = true;

    private static final FakeIssuers ISSUERS = new FakeIssuers();

    @BeforeEach
    void forget() {
        ISSUERS.seen.clear();
        ISSUERS.resources.clear();
    }

    /** What a request may use. */
    private record Entitlement(Scope scope, Optional<ClientCredentials> leanCredentials, CallerAccount account) {
    }

    /** A request's scope and the credentials in its body. */
    private record Request(Optional<Scope> scope, Optional<ClientCredentials> credentials) {
    }

    @ParameterizedTest
    @CsvSource({
            "loopback, true,  true",
            "loopback, false, false",
            "always,   true,  true",
            "always,   false, true",
            "never,    true,  false",
            "never,    false, false",
    })
    void anonymousCallersAreServedAsConfigured(String anonymous, boolean local, boolean served) {
        AccessRules rules = rules("access.anonymous", anonymous);

        if (served) {
            assertThat(decide(rules, request(), caller(local))).isEmpty();
        } else {
            assertRefused(() -> decide(rules, request(), caller(local)));
        }
    }

    @ParameterizedTest
    @EnumSource(Anonymous.class)
    void callersLeanCredentialsAreAcceptedFromAnywhere(Anonymous anonymous) {
        AccessRules rules = rules("access.anonymous", anonymous.name());

        for (BodyCredentials meaning : BodyCredentials.values()) {
            assertThat(entitle(rules, request(LEANS), caller(!LOCAL), meaning).leanCredentials()).contains(LEANS);
            assertThat(entitle(rules, request(), caller(rules, LEANS), meaning).leanCredentials()).contains(LEANS);
        }
    }

    @ParameterizedTest
    @EnumSource(Anonymous.class)
    void callersLeanCredentialsCanBeRefused(Anonymous anonymous) {
        AccessRules rules = rules("access.anonymous", anonymous.name(), "access.caller-credentials", "refused");

        for (BodyCredentials meaning : BodyCredentials.values()) {
            assertRefused(() -> entitle(rules, request(LEANS), caller(LOCAL), meaning));
        }
        assertRefused(() -> caller(rules, LEANS));
    }

    @ParameterizedTest
    @ValueSource(strings = { "payment", "7c9e6679742540de944be07fc1f90ae7", "7c9e6679-7425-40de-944b-e07fc1f90ae7 ",
            "{7c9e6679-7425-40de-944b-e07fc1f90ae7}", "7c9e6679-7425-40de-944b-e07fc1f90ag7" })
    void idThatIsNeitherLocalNorAUuidIsRejected(String id) {
        AccessRules rules = rules(with("access.anonymous", "always"));
        ClientCredentials mistyped = new ClientCredentials(id, "secret-of-payments");

        for (BodyCredentials meaning : BodyCredentials.values()) {
            assertRefused(() -> entitle(rules, request(mistyped), caller(LOCAL), meaning));
        }
        assertRefused(() -> caller(rules, mistyped));
    }

    @Test
    void localClientUsesTheServicesCredentialsFromAnywhere() {
        AccessRules rules = rules(with("access.anonymous", "never"));

        assertThat(decide(rules, request(PAYMENTS), caller(!LOCAL))).isEmpty();
        assertThat(decide(rules, request(), caller(rules, PAYMENTS))).isEmpty();
        assertThat(decide(rules, request(), bearer(rules, PAYMENTS.clientSecret()))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = { "100%", "a+b", "a%2Bb", "a b", "%zz", "a%20b+", "%", "+", "a:b" })
    void localClientNeedNotFormEncodeItsSecret(String secret) {
        AccessRules rules = rules("access.clients.shop.secret", secret, "access.clients.shop.scopes", "api");

        assertThat(basic(rules, "shop", secret).identity()).isEqualTo("shop");
        assertThat(basic(rules, "shop", URLEncoder.encode(secret, StandardCharsets.UTF_8)).identity()).isEqualTo("shop");
        assertRefused(() -> basic(rules, "shop", secret + "%"));
        assertRefused(() -> basic(rules, "sho", secret));
    }

    @Test
    void readingsOfASecretMatchAtMostOneClient() {
        AccessRules rules = rules("access.clients.plus.secret", "a+b", "access.clients.plus.scopes", "api",
                "access.clients.coded.secret", "a%2Bb", "access.clients.coded.scopes", "api");

        assertThat(basic(rules, "plus", "a%2Bb").identity()).isEqualTo("plus");
        assertThat(basic(rules, "coded", "a%2Bb").identity()).isEqualTo("coded");
        assertThat(basic(rules, "plus", "a+b").identity()).isEqualTo("plus");
        assertRefused(() -> basic(rules, "coded", "a+b"));
    }

    @Test
    void callersLeanSecretMustBeFormEncoded() {
        AccessRules rules = rules();

        assertThat(decide(rules, request(), basic(rules, LEANS.clientId(), "a%2Bb+c")))
                .contains(new ClientCredentials(LEANS.clientId(), "a+b c"));
        assertError(TokenError.INVALID_REQUEST, () -> basic(rules, LEANS.clientId(), "100%"));
    }

    @Test
    void localClientGetsItsConfiguredScopesOnly() {
        AccessRules rules = rules(WITH_PAYMENTS);
        Request forCustomer = new Request(Optional.of(CUSTOMER), Optional.empty());

        assertError(TokenError.INVALID_SCOPE, () -> decide(rules, forCustomer, bearer(rules, PAYMENTS.clientSecret())));
        assertThat(decide(rules, forCustomer, caller(LOCAL))).isEmpty();
    }

    @Test
    void refusalOfAScopeNamesTheScopesOfTheClient() {
        AccessRules rules = rules("access.clients.payments.secret", PAYMENTS.clientSecret(), "access.clients.payments.scopes",
                "customer.1*,customer.2,customer.3");
        Caller payments = bearer(rules, PAYMENTS.clientSecret());

        assertThatThrownBy(() -> decide(rules, request(), payments)).hasMessage("INVALID_SCOPE: this scope is not allowed for "
                + "this client; request customer.1*, customer.2 or customer.3, where * stands for an id");
    }

    @Test
    void missingScopeIsInvalidScope() {
        AccessRules rules = rules(WITH_PAYMENTS);
        Request nothing = new Request(Optional.empty(), Optional.empty());
        Request withLeans = new Request(Optional.empty(), Optional.of(LEANS));

        assertError(TokenError.INVALID_SCOPE, () -> decide(rules, nothing, caller(LOCAL)));
        assertError(TokenError.INVALID_SCOPE, () -> decide(rules, withLeans, caller(LOCAL)));
        assertThatThrownBy(() -> decide(rules, nothing, caller(LOCAL)))
                .hasMessageContaining("scope is missing; request api or customer.*");
        assertThatThrownBy(() -> decide(rules, nothing, caller(rules, PAYMENTS)))
                .hasMessage("INVALID_SCOPE: scope is missing; request api");
        // A caller without access does not learn the scopes.
        assertRefused(() -> decide(rules, nothing, caller(!LOCAL)));
    }

    @Test
    void requestWithoutScopeGetsTheDefaultScope() {
        AccessRules rules = rules(with("access.clients.payments.scopes", "api,customer.*",
                "access.clients.payments.default-scope", "customer.7"));
        Request nothing = new Request(Optional.empty(), Optional.empty());
        Request ofBody = new Request(Optional.empty(), Optional.of(PAYMENTS));
        Request withLeans = new Request(Optional.empty(), Optional.of(LEANS));

        assertThat(entitle(rules, nothing, caller(rules, PAYMENTS), BodyCredentials.AUTHENTICATE_CALLER).scope())
                .isEqualTo(Scope.parse("customer.7"));
        assertThat(entitle(rules, nothing, bearer(rules, PAYMENTS.clientSecret()), BodyCredentials.GO_TO_LEAN).scope())
                .isEqualTo(Scope.parse("customer.7"));
        assertThat(entitle(rules, ofBody, caller(LOCAL), BodyCredentials.AUTHENTICATE_CALLER).scope())
                .isEqualTo(Scope.parse("customer.7"));
        assertThat(entitle(rules, request(), caller(rules, PAYMENTS), BodyCredentials.AUTHENTICATE_CALLER).scope())
                .isEqualTo(API);
        // The token would be for another client.
        assertError(TokenError.INVALID_SCOPE, () -> entitle(rules, withLeans, bearer(rules, PAYMENTS.clientSecret()),
                BodyCredentials.GO_TO_LEAN));
    }

    @Test
    void repeatedHeaderIsInvalidAlsoIfTheFirstIsRemembered() {
        AccessRules rules = rules(WITH_PAYMENTS);
        String header = "Bearer " + PAYMENTS.clientSecret();
        assertThat(rules.authentication().authenticate(List.of(header), REST)).isPresent();

        assertError(TokenError.INVALID_REQUEST, () -> rules.authentication().authenticate(List.of(header, "Basic x"), REST));
        assertError(TokenError.INVALID_REQUEST, () -> rules.authentication().authenticate(List.of(header, header), REST));
    }

    @Test
    void wrongSecretAndUnknownIdGetTheSameMessage() {
        AccessRules rules = rules(WITH_PAYMENTS);

        assertThat(refusal(() -> caller(rules, new ClientCredentials("payments", "wrong"))))
                .isEqualTo(refusal(() -> caller(rules, new ClientCredentials("unknown", "secret-of-payments"))))
                .isEqualTo(refusal(() -> bearer(rules, "wrong")))
                .isEqualTo(refusal(() -> decide(rules, request(new ClientCredentials("payments", "wrong")), caller(LOCAL))));
    }

    @Test
    void localClientsSecretInABodyForLeanIsNotVerified() {
        AccessRules rules = rules(WITH_PAYMENTS);
        ClientCredentials wrong = new ClientCredentials("payments", "wrong");

        assertThat(refusal(() -> entitle(rules, request(PAYMENTS), caller(LOCAL), BodyCredentials.GO_TO_LEAN)))
                .contains("Authorization header")
                .isEqualTo(refusal(() -> entitle(rules, request(wrong), caller(LOCAL), BodyCredentials.GO_TO_LEAN)));
    }

    /** Over MCP a model reads the message, and must not be led to send a secret. */
    @Test
    void messageForAModelNamesTheConfigurationAndNoSecret() {
        AccessRules open = rules(with("access.anonymous", "never"));
        AccessRules closed = rules(with("access.anonymous", "never", "access.caller-credentials", "refused"));

        assertThat(List.of(refusal(() -> entitle(open, request(), caller(!LOCAL), BodyCredentials.GO_TO_LEAN)),
                refusal(() -> closed.requireEntitled(caller(!LOCAL), false)),
                refusal(() -> entitle(open, request(PAYMENTS), caller(!LOCAL), BodyCredentials.GO_TO_LEAN))))
                .allSatisfy(refusal -> assertThat(refusal).contains("configuration", "Authorization header")
                        .doesNotContainIgnoringCase("client_secret").doesNotContain("are required"));
        assertThat(refusal(() -> decide(open, request(), caller(!LOCAL)))).contains("client credentials are required");
    }

    @Test
    void refusalOverMcpNamesTokensIfAnIssuerIsTrusted() {
        AccessRules withIssuer = withIssuer("access.anonymous", "never", "access.caller-credentials", "refused");
        AccessRules without = rules("access.anonymous", "never", "access.caller-credentials", "refused");

        assertThat(refusal(() -> withIssuer.requireEntitled(caller(!LOCAL), false))).contains("a token of a trusted issuer");
        assertThat(refusal(() -> entitle(withIssuer, request(), caller(!LOCAL), BodyCredentials.GO_TO_LEAN)))
                .contains("a token of a trusted issuer");
        assertThat(refusal(() -> without.requireEntitled(caller(!LOCAL), false))).doesNotContain("token");
    }

    @Test
    void localClientCanSendOtherCredentialsToLean() {
        AccessRules rules = rules(WITH_PAYMENTS);
        Request request = new Request(Optional.of(CUSTOMER), Optional.of(LEANS));

        assertThat(
                entitle(rules, request, bearer(rules, PAYMENTS.clientSecret()), BodyCredentials.GO_TO_LEAN).leanCredentials())
                .contains(LEANS);
    }

    @Test
    void bearerTokenOfThePlatformIsIgnored() {
        assertThat(bearer(rules("access.anonymous", "always"), "token-of-the-platform").client()).isEmpty();
        assertRefused(() -> bearer(rules(with("access.anonymous", "always")), "token-of-the-platform"));
        assertRefused(() -> bearer(rules("access.anonymous", "loopback"), "token-of-the-platform"));
        assertRefused(() -> bearer(rules("access.anonymous", "never"), "token-of-the-platform"));
    }

    @Test
    void callerThatNoBodyCouldEntitleIsRejectedByItsHeader() {
        AccessRules closed = rules(with("access.anonymous", "never", "access.caller-credentials", "refused"));
        AccessRules open = rules(with("access.anonymous", "never"));

        assertRefused(() -> closed.requireEntitled(caller(LOCAL), false));
        assertThatCode(() -> closed.requireEntitled(bearer(closed, PAYMENTS.clientSecret()), false)).doesNotThrowAnyException();
        assertThatCode(() -> open.requireEntitled(caller(!LOCAL), false)).doesNotThrowAnyException();
    }

    /** MCP clients get a token only after a rejection. */
    @Test
    void callerThatCanGetATokenIsRejectedEvenIfABodyCouldEntitleIt() {
        AccessRules open = rules(with("access.anonymous", "never"));
        AccessRules loopback = rules("access.anonymous", "loopback");

        assertThat(refusal(() -> open.requireEntitled(caller(LOCAL), true))).contains("access token");
        assertThat(refusal(() -> loopback.requireEntitled(caller(!LOCAL), true))).contains("access token");
        assertThatCode(() -> loopback.requireEntitled(caller(LOCAL), true)).doesNotThrowAnyException();
        assertThatCode(() -> open.requireEntitled(bearer(open, PAYMENTS.clientSecret()), true)).doesNotThrowAnyException();
    }

    @Test
    void onlyCallerCredentialsMeansThatNoCallerCanUseTheServices() {
        assertThat(rules("access.anonymous", "never").onlyCallerCredentials()).isTrue();
        assertThat(rules("access.anonymous", "never", "access.caller-credentials", "refused").onlyCallerCredentials())
                .isFalse();
        assertThat(rules("access.anonymous", "loopback").onlyCallerCredentials()).isFalse();
        assertThat(rules(with("access.anonymous", "never")).onlyCallerCredentials()).isFalse();
    }

    @Test
    void audienceIsTheCallersThatGetTokens() {
        assertThat(rules().audience(true)).isEqualTo(new Audience(false,
                List.of("callers on this machine, without credentials", "callers with their own Lean credentials")));
        assertThat(rules(with("access.anonymous", "always", "access.caller-credentials", "refused")).audience(true))
                .isEqualTo(new Audience(true, List.of("everyone, without credentials", "1 local client")));
        assertThat(rules("access.anonymous", "never", "access.caller-credentials", "refused").audience(true).groups())
                .isEmpty();
    }

    @Test
    void withoutServiceCredentialsTheAudienceIsCallersWithTheirOwn() {
        assertThat(rules(with("access.anonymous", "always")).audience(false))
                .isEqualTo(new Audience(false, List.of("callers with their own Lean credentials")));
        assertThat(rules(with("access.anonymous", "always", "access.caller-credentials", "refused")).audience(false))
                .isEqualTo(new Audience(false, List.of()));
    }

    @Test
    void onlyAuthenticatedIdsAreAccounts() {
        AccessRules rules = rules(WITH_PAYMENTS);

        assertThat(caller(rules, PAYMENTS).account()).isEqualTo("local client payments");
        assertThat(caller(rules, LEANS).account()).isEqualTo("address 192.0.2.1");
        assertThat(caller(LOCAL).account()).isEqualTo("address 192.0.2.1");
    }

    @Test
    void localClientsAndAllAnonymousCallersTogetherShareTheServicesBudget() {
        AccessRules one = rules(with("access.anonymous", "never"));
        AccessRules two = rules(
                with("access.clients.agents.secret", "secret-of-agents-secret", "access.clients.agents.scopes", "api"));

        assertAccount("local client payments", "local client payments", 3, two, request(PAYMENTS), caller(LOCAL));
        assertAccount("local client payments", "local client payments", 3, two, request(), caller(two, PAYMENTS));
        assertAccount("local client payments", "local client payments", 1, one, request(PAYMENTS), caller(LOCAL));
        assertAccount("address 192.0.2.1", "anonymous callers", 3, two, request(), caller(LOCAL));
        assertAccount("address 192.0.2.1", "anonymous callers", 3, two, request(LEANS), caller(LOCAL));
        assertAccount("address 192.0.2.1", "anonymous callers", 1, rules(), request(), caller(LOCAL));
    }

    @ParameterizedTest
    @EnumSource(BodyCredentials.class)
    void certificateIsTheCredentialOfItsClient(BodyCredentials meaning) {
        AccessRules rules = rules(with("access.anonymous", "never", "access.caller-credentials", "refused"));
        Caller certified = certified("payments", "api");

        Entitlement entitlement = entitle(rules, request(), certified, meaning);

        assertThat(entitlement.leanCredentials()).isEmpty();
        assertThat(entitlement.account().account()).isEqualTo("local client payments");
        assertThat(entitlement.account().sharer()).isEqualTo("local client payments");
        assertThat(certified.identity()).isEqualTo(caller(rules, PAYMENTS).identity());
        assertThatCode(() -> rules.requireEntitled(certified, false)).doesNotThrowAnyException();
        assertError(TokenError.INVALID_SCOPE,
                () -> entitle(rules, new Request(Optional.of(CUSTOMER), Optional.empty()), certified, meaning));
    }

    @Test
    void credentialsBesideACertificateAreOfTheSameClient() {
        AccessRules rules = rules(with());
        Caller payments = certified("payments", "api");
        Caller agents = certified("agents", "api");

        assertThat(payments.authenticatedAs(caller(rules, PAYMENTS).client()).client()).isPresent();
        assertThat(payments.authenticatedAs(Optional.empty()).client()).isEqualTo(payments.client());
        assertRefused(() -> agents.authenticatedAs(caller(rules, PAYMENTS).client()));
        assertRefused(() -> payments.authenticatedAs(caller(rules, LEANS).client()));
        assertRefused(() -> agents.requireCertified("payments"));
    }

    private static Caller certified(String id, String scope) {
        return new Caller("192.0.2.1", !LOCAL, Optional.of(LocalClient.of(id, List.of(), Optional.of(id + ".example"),
                List.of(scope), Optional.empty())), Optional.empty(), CacheControl.ANY);
    }

    @Test
    void triesAreAllowedIfCallerCredentialsAre() {
        AccessRules allowed = rules(WITH_PAYMENTS);
        AccessRules refused = rules(with("access.caller-credentials", "refused"));

        assertThat(entitle(allowed, request(PAYMENTS), caller(LOCAL), BodyCredentials.AUTHENTICATE_CALLER).account()
                .triesAllowed())
                .isTrue();
        assertThat(entitle(refused, request(PAYMENTS), caller(LOCAL), BodyCredentials.AUTHENTICATE_CALLER).account()
                .triesAllowed())
                .isFalse();
    }

    private static void assertAccount(String account, String sharer, int sharers, AccessRules rules, Request request,
            Caller caller) {
        CallerAccount callerAccount = entitle(rules, request, caller, BodyCredentials.AUTHENTICATE_CALLER).account();

        assertThat(callerAccount.account()).isEqualTo(account);
        assertThat(callerAccount.sharer()).isEqualTo(sharer);
        assertThat(callerAccount.sharers()).isEqualTo(sharers);
    }

    @ParameterizedTest
    @CsvSource({ "192.0.2.1, address 192.0.2.1", "0:0:0:0:0:0:0:1, address 0:0:0:0:0:0:0:1",
            "2001:db8:1:2:3:4:5:6, network 2001:db8:1:2:0:0:0:0/64",
            "2001:db8:1:2:aaaa:bbbb:cccc:dddd, network 2001:db8:1:2:0:0:0:0/64",
            "fe80:0:0:0:1:2:3:4%1, network fe80:0:0:0:0:0:0:0/64" })
    void ipv6NetworkIsOneAccount(String address, String account) {
        Caller caller = new Caller(address, false, Optional.empty(), Optional.empty(), CacheControl.ANY);

        assertThat(caller.account()).isEqualTo(account);
    }

    @Test
    void onlyLocalClientsHaveAnIdentity() {
        AccessRules rules = rules(
                with("access.clients.agents.secret", "secret-of-agents-secret", "access.clients.agents.scopes", "api"));

        assertThat(caller(rules, PAYMENTS).identity()).isEqualTo(bearer(rules, PAYMENTS.clientSecret()).identity())
                .isNotEqualTo(bearer(rules, "secret-of-agents-secret").identity())
                .isNotEqualTo(caller(LOCAL).identity());
        assertThat(caller(rules, LEANS).identity()).isEqualTo(caller(LOCAL).identity());
    }

    @Test
    void bearerTokenOfAnIssuerIsTheCallersIdentity() {
        AccessRules rules = withIssuer("access.anonymous", "never");
        ISSUERS.answer = new Verified(identity("shop", "subject-of-shop", "customer.1"));

        Caller shop = bearer(rules, JWT);

        assertThat(ISSUERS.seen).containsExactly(JWT);
        assertThat(decide(rules, new Request(Optional.of(CUSTOMER), Optional.empty()), shop)).isEmpty();
        assertError(TokenError.INVALID_SCOPE, () -> decide(rules, request(), shop));
        assertThatThrownBy(() -> decide(rules, request(), shop))
                .hasMessageContaining("not allowed for this client; request customer.{lean_customer}")
                .hasMessageNotContaining("customer.1");
        assertThat(shop.account()).isEqualTo("caller idp:shop");
        assertThat(shop.oauthScopes()).contains(Set.of("lean"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "Bearer ", "bearer ", "BEARER ", "Bearer   ", " Bearer " })
    void schemeOfATokenIsReadAsForSecrets(String scheme) {
        AccessRules rules = withIssuer();
        ISSUERS.answer = new Verified(identity("shop", "subject-of-shop", "customer.1"));

        assertThat(caller(rules, scheme + JWT).account()).isEqualTo("caller idp:shop");
    }

    @Test
    void tokenWithoutAnEntitlingClaimEntitlesToNothing() {
        AccessRules rules = withIssuer();
        ISSUERS.answer = new Verified(identity("shop", "subject-of-shop"));
        Caller shop = bearer(rules, JWT);

        assertError(TokenError.INVALID_SCOPE, () -> decide(rules, request(), shop));
        assertError(TokenError.INVALID_SCOPE, () -> decide(rules, new Request(Optional.of(CUSTOMER), Optional.empty()), shop));
        assertError(TokenError.INVALID_SCOPE, () -> decide(rules, new Request(Optional.empty(), Optional.empty()), shop));
    }

    @Test
    void refusedTokenIsNotComparedWithSecrets() {
        // A digest hides that the secret has the shape of a token.
        String digest = SecretDigest.of(JWT).text();
        AccessRules rules = withIssuer("access.clients.payments.secret", digest, "access.clients.payments.scopes", "api");
        ISSUERS.answer = new Refused("the token has expired");

        assertThat(refusal(() -> bearer(rules, JWT))).contains("the token has expired");
        ISSUERS.seen.clear();
        assertThat(refusal(() -> basic(rules, "payments", JWT))).contains("a token is no client secret");
        assertThat(refusal(() -> decide(rules, request(new ClientCredentials("payments", JWT)), caller(LOCAL))))
                .contains("a token is no client secret");
        assertThat(ISSUERS.seen).isEmpty();
    }

    @Test
    void withoutIssuersATokenIsASecretAsBefore() {
        AccessRules rules = rules("access.clients.payments.secret", SecretDigest.of(JWT).text(),
                "access.clients.payments.scopes", "api");

        assertThat(bearer(rules, JWT).account()).isEqualTo("local client payments");
        assertThat(basic(rules, "payments", JWT).account()).isEqualTo("local client payments");
    }

    @Test
    void opaqueSecretsAreNoTokens() {
        AccessRules rules = withIssuer(WITH_PAYMENTS);

        assertThat(bearer(rules, PAYMENTS.clientSecret()).account()).isEqualTo("local client payments");
        assertRefused(() -> bearer(rules, "eyJ.unknown"));
        assertThat(ISSUERS.seen).isEmpty();
    }

    @Test
    void withIssuersBearerTokensAreNotThePlatforms() {
        AccessRules rules = withIssuer("access.anonymous", "always");
        ISSUERS.answer = new Refused("the issuer of the token is not trusted here");

        assertRefused(() -> bearer(rules, JWT));
        assertRefused(() -> bearer(rules, "token-of-the-platform"));
        assertThat(decide(rules, request(), caller(!LOCAL))).isEmpty();
    }

    @Test
    void tokenIsNotRememberedWithSecrets() {
        AccessRules rules = withIssuer(WITH_PAYMENTS);
        ISSUERS.answer = new Verified(identity("shop", "subject-of-shop", "customer.1"));
        bearer(rules, JWT);
        ISSUERS.answer = new Refused("the token has expired");

        assertRefused(() -> bearer(rules, JWT));
    }

    @Test
    void audienceIsThatOfThePlace() {
        AccessRules rules = withIssuer();
        ISSUERS.answer = new Verified(identity("shop", "subject-of-shop", "customer.1"));

        rules.authentication().authenticate(List.of("Bearer " + JWT),
                new TokenDemands(Optional.of("https://x.example/mcp"), Optional::empty));
        rules.authentication().authenticate(new ClientAssertion(JWT, Optional.empty()), REST);

        assertThat(ISSUERS.resources).containsExactly(Optional.of("https://x.example/mcp"), Optional.empty());
    }

    @Test
    void awaitedKeysAreNoDecision() {
        AccessRules rules = withIssuer("access.anonymous", "always");
        ISSUERS.answer = new Pending(Uni.createFrom().voidItem());

        assertThatThrownBy(() -> bearer(rules, JWT)).isInstanceOf(KeysAwaited.class);
        assertThatThrownBy(() -> rules.authentication().authenticate(new ClientAssertion(JWT, Optional.empty()), REST))
                .isInstanceOf(KeysAwaited.class);
        ISSUERS.answer = new Unavailable();
        assertError(TokenError.ISSUER_UNAVAILABLE, () -> bearer(rules, JWT));
    }

    @Test
    void boundTokenNeedsItsCertificate() throws Exception {
        Authority authority = new Authority("callers");
        X509Certificate own = authority.issue("own").certificate();
        X509Certificate foreign = authority.issue("foreign").certificate();
        String thumbprint = Base64.getUrlEncoder().withoutPadding()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(own.getEncoded()));
        AccessRules rules = withIssuer();
        ISSUERS.answer = new Verified(new FederatedIdentity("idp", "s", "shop", List.of(new ScopePattern("api")), Set.of(),
                Optional.of(thumbprint), Instant.MAX));
        ClientAssertion assertion = new ClientAssertion(JWT, Optional.empty());

        assertThat(rules.authentication().authenticate(assertion, new TokenDemands(Optional.empty(), () -> Optional.of(own))))
                .isNotNull();
        assertRefused(() -> rules.authentication().authenticate(assertion,
                new TokenDemands(Optional.empty(), () -> Optional.of(foreign))));
        assertRefused(() -> rules.authentication().authenticate(assertion, REST));
        assertRefused(() -> rules.authentication().authenticate(List.of("Bearer " + JWT), REST));
    }

    @ParameterizedTest
    @ValueSource(strings = { "secret-of-payments", "resource " + JWT, JWT + " ", JWT + ".x" })
    void assertionThatIsNoTokenIsNotLookedAt(String assertion) {
        AccessRules rules = withIssuer(WITH_PAYMENTS);

        assertRefused(() -> rules.authentication().authenticate(new ClientAssertion(assertion, Optional.empty()), REST));
        assertThat(ISSUERS.seen).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({ "shop, shop", "repo:acme/x@refs/heads/main, repo:acme/x@refs/heads/main",
            "x refused: 401, x%20refused:%20401", "a%20b, a%2520b" })
    void nameInTheLogHasNoSpaces(String name, String shown) {
        AccessRules rules = withIssuer();
        ISSUERS.answer = new Verified(identity(name, "s"));

        assertThat(bearer(rules, JWT).account()).isEqualTo("caller idp:" + shown);
    }

    @Test
    void clientIdOfAnAssertionIsItsSubject() {
        AccessRules rules = withIssuer();
        ISSUERS.answer = new Verified(identity("shop", "subject-of-shop", "customer.1"));

        assertThat(rules.authentication().authenticate(new ClientAssertion(JWT, Optional.of("subject-of-shop")), REST).id())
                .isEqualTo("subject-of-shop");
        assertError(TokenError.INVALID_REQUEST,
                () -> rules.authentication().authenticate(new ClientAssertion(JWT, Optional.of("shop")), REST));
        assertRefused(() -> rules().authentication().authenticate(new ClientAssertion(JWT, Optional.empty()), REST));
    }

    @Test
    void callersOfAnIssuerShareItsPartOfTheBudget() {
        AccessRules rules = withIssuer(with("access.anonymous", "never"));
        ISSUERS.answer = new Verified(identity("shop", "subject-of-shop", "api"));
        Caller shop = bearer(rules, JWT);
        ISSUERS.answer = new Verified(identity("bank", "subject-of-bank", "api"));
        Caller bank = bearer(rules, JWT);

        assertAccount("local client payments", "local client payments", 2, rules, request(PAYMENTS), caller(LOCAL));
        assertAccount("caller idp:shop", "caller idp:shop", 2, rules, request(), shop);
        assertAccount("caller idp:bank", "caller idp:bank", 4, rules, request(), bank);
        assertAccount("caller idp:shop", "caller idp:shop", 4, rules, request(), shop);
        // However many callers an issuer has.
        assertAccount("local client payments", "local client payments", 2, rules, request(PAYMENTS), caller(LOCAL));
    }

    @Test
    void callersOfIssuersHaveIdentitiesOfTheirOwn() {
        AccessRules rules = withIssuer(WITH_PAYMENTS);
        Set<String> identities = new HashSet<>(Set.of(caller(rules, PAYMENTS).identity(), caller(LOCAL).identity()));
        for (FederatedIdentity identity : List.of(identity("payments", "payments"), identity("payments", "s1"),
                identity("payments", "s2"), identity("shop", "s1"))) {
            ISSUERS.answer = new Verified(identity);
            identities.add(bearer(rules, JWT).identity());
        }

        assertThat(identities).hasSize(6);
    }

    @Test
    void issuersCountAsCallersThatUseTheServicesCredentials() {
        assertThat(withIssuer("access.anonymous", "never").onlyCallerCredentials()).isFalse();
        assertThat(withIssuer("access.anonymous", "never", "access.caller-credentials", "refused").audience(true).groups())
                .containsExactly("callers with tokens of 1 issuer");
        assertThat(withIssuer("access.anonymous", "never", "access.caller-credentials", "refused").audience(false).groups())
                .isEmpty();
    }

    private static FederatedIdentity identity(String name, String subject, String... scopes) {
        return new FederatedIdentity("idp", subject, name, Arrays.stream(scopes).map(ScopePattern::new).toList(),
                Set.of("lean"),
                Optional.empty(), Instant.MAX);
    }

    private static Optional<ClientCredentials> decide(AccessRules rules, Request request, Caller caller) {
        return entitle(rules, request, caller, BodyCredentials.AUTHENTICATE_CALLER).leanCredentials();
    }

    private static void assertRefused(ThrowingCallable call) {
        assertError(TokenError.CALLER_REFUSED, call);
    }

    private static void assertError(TokenError error, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(TokenException.class, e -> assertThat(e.error()).isEqualTo(error));
    }

    private static String refusal(ThrowingCallable call) {
        assertRefused(call);
        try {
            call.call();
        } catch (Throwable e) {
            return e.getMessage();
        }
        throw new AssertionError("refused before, and not now");
    }

    private static Request request() {
        return new Request(Optional.of(API), Optional.empty());
    }

    private static Request request(ClientCredentials credentials) {
        return new Request(Optional.of(API), Optional.of(credentials));
    }

    private static Entitlement entitle(AccessRules rules, Request request, Caller caller, BodyCredentials meaning) {
        Optional<Client> client = rules.client(request.credentials(), caller, meaning);
        return new Entitlement(rules.entitle(new AccessTokenRequest(request.scope()), client),
                client.flatMap(Client::leanCredentials), rules.account(client, caller));
    }

    private static Caller caller(boolean local) {
        return new Caller("192.0.2.1", local, Optional.empty(), Optional.empty(), CacheControl.ANY);
    }

    /** A caller with these credentials by Basic. */
    private static Caller caller(AccessRules rules, ClientCredentials basic) {
        return basic(rules, basic.clientId(), basic.clientSecret());
    }

    /** A caller with a secret that is sent as it is, form-encoded or not. */
    private static Caller basic(AccessRules rules, String id, String secret) {
        String pair = Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(StandardCharsets.UTF_8));
        return caller(rules, "Basic " + pair);
    }

    private static Caller bearer(AccessRules rules, String secret) {
        return caller(rules, "Bearer " + secret);
    }

    private static Caller caller(AccessRules rules, String header) {
        return new Caller("192.0.2.1", !LOCAL, Optional.empty(), rules.authentication().authenticate(List.of(header), REST),
                CacheControl.ANY);
    }

    private static String[] with(String... settings) {
        List<String> all = new ArrayList<>(List.of(WITH_PAYMENTS));
        all.addAll(Arrays.asList(settings));
        return all.toArray(String[]::new);
    }

    private static AccessRules rules(String... settings) {
        AccessConfig config = Settings.of(AccessConfig.class, settings);
        TokenConfig tokens = Settings.of(TokenConfig.class);
        ConfiguredClients clients = new ConfiguredClients(config, tokens, false, Map.of(), issuers -> ISSUERS, null);
        return new AccessRules(config, tokens, clients, new CallerAuthentication(config, clients),
                new RecentCallers(new TestClock()));
    }

    private static AccessRules withIssuer(String... settings) {
        List<String> all = new ArrayList<>(List.of("access.issuers.idp.issuer", "https://idp.example.com",
                "access.issuers.idp.audience", "lean-tokens", "access.issuers.idp.scopes", "customer.{lean_customer}"));
        all.addAll(Arrays.asList(settings));
        return rules(all.toArray(String[]::new));
    }
}
