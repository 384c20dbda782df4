package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;

class ScopeTest {

    @ParameterizedTest
    @ValueSource(strings = { "api", "customer.42", "customer.1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed", "!#~", "[]" })
    void scopeTokenIsValid(String value) {
        assertThat(Scope.parse(value).value()).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(strings = { "api payments", " api", "api ", "a\"b", "a\\b", "a\tb", "a\nb", "\u0000", "\u007f", "caf\u00e9",
            "\ud83d\ude00" })
    void anythingElseIsInvalidScope(String value) {
        assertThatThrownBy(() -> Scope.parse(value))
                .isInstanceOfSatisfying(TokenException.class, e -> assertThat(e.error()).isEqualTo(TokenError.INVALID_SCOPE));
    }

    @Test
    void scopeLongerThanTheMaximumIsInvalidScope() {
        assertThat(Scope.parse("a".repeat(128)).value()).hasSize(128);
        assertThatThrownBy(() -> Scope.parse("a".repeat(129))).isInstanceOf(TokenException.class).hasMessageContaining("128");
    }

    @Test
    void messageExcludesTheValue() {
        assertThatThrownBy(() -> Scope.parse("my secret")).message().doesNotContain("my secret");
    }

    @ParameterizedTest
    @CsvSource({
            "api,        api,          true",
            "api,        apis,         false",
            "api,        API,          false",
            "customer.*, customer.42,  true",
            "customer.*, customer.a-B_9, true",
            "customer.*, customer.,    false",
            "customer.*, customer.a.b, false",
            "customer.*, customerx42,  false",
            "customer.*, customer.*,   false",
            "*,          api,          true",
            "a+b,        a+b,          true",
            "a+b,        aab,          false",
    })
    void patternAllowsMatchingScopes(String pattern, String scope, boolean allowed) {
        ScopePattern tested = new ScopePattern(pattern);

        assertThat(tested.allows(new Scope(scope))).isEqualTo(allowed);
        assertThat(scope.matches(tested.regex())).as("as a regular expression").isEqualTo(allowed);
    }

    @Test
    void patternThatCannotMatchAnyScopeIsRefused() {
        for (String pattern : new String[] { "", " ", "api customer.*", "a\"b", "\u00e9" }) {
            assertThatThrownBy(() -> new ScopePattern(pattern)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
