package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.access.AccessConfig.Anonymous;
import dev.leantokens.access.AccessConfig.OwnCredentials;
import dev.leantokens.token.CacheControl;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Scope;
import dev.leantokens.token.TokenError;
import dev.leantokens.token.TokenException;
import dev.leantokens.token.TokenRequest;

class AccessRulesTest {

    private static final ClientCredentials LEANS = new ClientCredentials("7c9e6679-7425-40de-944b-e07fc1f90ae7", "secret");
    private static final ClientCredentials OTHER = new ClientCredentials("payments", "secret");

    private static final boolean LOCAL = true;

    @ParameterizedTest
    @CsvSource({
            "LOOPBACK, true,  true",
            "LOOPBACK, false, false",
            "ALWAYS,   true,  true",
            "ALWAYS,   false, true",
            "NEVER,    true,  false",
            "NEVER,    false, false",
    })
    void callerWithoutCredentialsIsServedByTheRule(Anonymous rule, boolean local, boolean served) {
        AccessRules rules = rules(rule, OwnCredentials.ALLOWED);

        if (served) {
            assertThat(rules.leanCredentials(request(), caller(local))).isEmpty();
        } else {
            assertRefused(() -> rules.leanCredentials(request(), caller(local)));
        }
    }

    @ParameterizedTest
    @EnumSource(Anonymous.class)
    void callersOwnLeanCredentialsAreTakenFromAnywhere(Anonymous rule) {
        AccessRules rules = rules(rule, OwnCredentials.ALLOWED);

        assertThat(rules.leanCredentials(request(LEANS), caller(!LOCAL))).contains(LEANS);
        assertThat(rules.leanCredentials(request(), caller(!LOCAL, LEANS))).contains(LEANS);
    }

    @ParameterizedTest
    @EnumSource(Anonymous.class)
    void callersOwnLeanCredentialsCanBeRefused(Anonymous rule) {
        AccessRules rules = rules(rule, OwnCredentials.REFUSED);

        assertRefused(() -> rules.leanCredentials(request(LEANS), caller(LOCAL)));
        assertRefused(() -> rules.leanCredentials(request(), caller(LOCAL, LEANS)));
    }

    @ParameterizedTest
    @ValueSource(strings = { "payments", "7c9e6679742540de944be07fc1f90ae7", "7c9e6679-7425-40de-944b-e07fc1f90ae7 ",
            "{7c9e6679-7425-40de-944b-e07fc1f90ae7}", "7c9e6679-7425-40de-944b-e07fc1f90ag7" })
    void idThatIsNotOfLeansShapeGoesNowhere(String id) {
        AccessRules rules = rules(Anonymous.ALWAYS, OwnCredentials.ALLOWED);
        ClientCredentials mistyped = new ClientCredentials(id, "secret");

        assertRefused(() -> rules.leanCredentials(request(mistyped), caller(LOCAL)));
        assertRefused(() -> rules.leanCredentials(request(), caller(LOCAL, mistyped)));
    }

    @Test
    void unknownCallerIsRefusedWhateverItsRequestCarries() {
        AccessRules rules = rules(Anonymous.ALWAYS, OwnCredentials.ALLOWED);

        assertRefused(() -> rules.leanCredentials(request(LEANS), caller(LOCAL, OTHER)));
    }

    @Test
    void onlyOwnCredentialsMeansThatNoCallerCanUseTheServices() {
        assertThat(rules(Anonymous.NEVER, OwnCredentials.ALLOWED).onlyOwnCredentials()).isTrue();
        assertThat(rules(Anonymous.NEVER, OwnCredentials.REFUSED).onlyOwnCredentials()).isFalse();
        assertThat(rules(Anonymous.LOOPBACK, OwnCredentials.ALLOWED).onlyOwnCredentials()).isFalse();
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(TokenException.class, e -> assertThat(e.error()).isEqualTo(TokenError.CALLER_REFUSED));
    }

    private static TokenRequest request() {
        return new TokenRequest(new Scope("api"), Optional.empty());
    }

    private static TokenRequest request(ClientCredentials credentials) {
        return new TokenRequest(new Scope("api"), Optional.of(credentials));
    }

    private static Caller caller(boolean local) {
        return new Caller(local, Optional.empty(), CacheControl.ANY);
    }

    private static Caller caller(boolean local, ClientCredentials credentials) {
        return new Caller(local, Optional.of(credentials), CacheControl.ANY);
    }

    private static AccessRules rules(Anonymous anonymous, OwnCredentials own) {
        return new AccessRules(new ExplicitAccessConfig(anonymous, own, Optional.empty(), Optional.empty()));
    }

    private record ExplicitAccessConfig(Anonymous anonymous, OwnCredentials ownCredentials,
            Optional<Set<String>> allowedHosts, Optional<Set<String>> allowedOrigins) implements AccessConfig {
    }
}
