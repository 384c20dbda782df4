package dev.leantokens.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.token.Scope;
import dev.leantokens.token.ScopePattern;

class ScopeTemplateTest {

    private static final ScopeTemplate CUSTOMER = ScopeTemplate.of("customer.{lean_customer}");

    @Test
    void claimEntitlesToItsCustomerOnly() {
        ScopePattern entitlement = CUSTOMER.entitlement(Map.of("lean_customer", "42")).orElseThrow();

        assertThat(entitlement.allows(new Scope("customer.42"))).isTrue();
        assertThat(Stream.of("customer.4", "customer.421", "customer.043", "customer.*", "customer.", "api", "customer.42.1")
                .map(Scope::new)).noneMatch(entitlement::allows);
    }

    static Stream<Object> noIds() {
        return Stream.of("", " ", "42 ", " 42", "4 2", "*", "4*", "**", "42.1", "a/b", "{lean_customer}", "{}", "42\n", "42\0",
                "４２", "é", "a".repeat(129), 42L, 4.2, true, List.of("42"), List.of(), Map.of("id", "42"));
    }

    @ParameterizedTest
    @MethodSource("noIds")
    void claimThatIsNoIdEntitlesToNothing(Object value) {
        assertThat(CUSTOMER.entitlement(Map.of("lean_customer", value))).isEmpty();
    }

    @Test
    void missingClaimEntitlesToNothing() {
        assertThat(CUSTOMER.entitlement(Map.of())).isEmpty();
        assertThat(CUSTOMER.entitlement(Map.of("LEAN_CUSTOMER", "42"))).isEmpty();
        Map<String, Object> ofNull = new HashMap<>();
        ofNull.put("lean_customer", null);
        assertThat(CUSTOMER.entitlement(ofNull)).isEmpty();
    }

    static Stream<Arguments> templates() {
        Map<String, Object> claims = Map.of("a", "1", "b", "{a}", "c", "3", "lean", Map.of("customer", "7"), "x{", "9");
        return Stream.of(
                Arguments.of("api", claims, "api"),
                Arguments.of("customer.*", claims, "customer.*"),
                Arguments.of("customer.{/lean/customer}", claims, "customer.7"),
                Arguments.of("customer.{a}.{c}", claims, "customer.1.3"),
                Arguments.of("customer.{c}.{a}", claims, "customer.3.1"),
                Arguments.of("customer.{a}.*", claims, "customer.1.*"),
                Arguments.of("customer.eu-{a}", claims, "customer.eu-1"),
                Arguments.of("{a}", claims, "1"),
                // Claims are not read a second time.
                Arguments.of("customer.{b}", claims, null),
                Arguments.of("customer.{a}.{b}", claims, null),
                Arguments.of("customer.{a}.{missing}", claims, null));
    }

    @ParameterizedTest
    @MethodSource("templates")
    void everyClaimOfATemplateIsReplaced(String template, Map<String, Object> claims, String scope) {
        assertThat(ScopeTemplate.of(template).entitlement(claims).map(ScopePattern::toString))
                .isEqualTo(Optional.ofNullable(scope));
    }

    /**
     * The oracle is the sentence of the documentation: a scope is allowed if it is "customer." and the claim's value, and the
     * value consists of letters, digits, hyphens and underscores. The alphabet makes equal pairs and look-alikes likely.
     */
    @Test
    void noCustomerGetsAnothersToken() {
        int[] allowed = new int[1];
        qt().withExamples(10_000).withShrinkCycles(100).forAll(
                lists().of(integers().between(0, 9)).ofSizeBetween(0, 3),
                lists().of(integers().between(0, 9)).ofSizeBetween(0, 3),
                integers().between(0, 2)).checkAssert((claim, other, own) -> {
                    String value = text(claim);
                    Scope scope = new Scope("customer." + (own == 0 ? value : text(other)));
                    boolean isCustomer = !value.isEmpty()
                            && value.chars().allMatch(c -> "abcdefghijklmnopqrstuvwxyz0123456789-_A".indexOf(c) >= 0);

                    boolean allows = CUSTOMER.entitlement(Map.of("lean_customer", value))
                            .map(pattern -> pattern.allows(scope)).orElse(false);

                    assertThat(allows).isEqualTo(isCustomer && scope.value().equals("customer." + value));
                    allowed[0] += allows ? 1 : 0;
                });
        assertThat(allowed[0]).as("pairs that fit").isBetween(500, 5_000);
    }

    private static String text(List<Integer> characters) {
        StringBuilder text = new StringBuilder();
        characters.forEach(c -> text.append("a1-_A*.{}/".charAt(c)));
        return text.toString();
    }
}
