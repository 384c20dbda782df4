package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;

class AccessTokenTest {

    private static final Scope CUSTOMER = new Scope("customer.42");

    @Test
    void allMembersKeepTheirOrder() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("token_type", "Bearer");
        members.put("x", List.of(Map.of("y", new BigDecimal("1.10"))));
        members.put("access_token", "abc");
        members.put("expires_in", 3599);
        members.put("refresh_token", "def");

        assertThat(AccessToken.of(members, Scope.API).json()).isEqualTo("{\"token_type\":\"Bearer\",\"x\":[{\"y\":1.10}],"
                + "\"access_token\":\"abc\",\"expires_in\":3599,\"refresh_token\":\"def\"}");
    }

    @Test
    void nullMembersAreLeftOut() {
        Map<String, Object> members = new LinkedHashMap<>();
        for (String name : List.of("nothing", "expires_in", "refresh_token", "scope")) {
            members.put(name, null);
        }
        members.put("access_token", "abc");
        members.put("token_type", "Bearer");

        AccessToken token = AccessToken.of(members, Scope.API);

        assertThat(token.json()).isEqualTo("{\"access_token\":\"abc\",\"token_type\":\"Bearer\"}");
        assertThat(token.expiresIn()).isEmpty();
    }

    /** The digits are replaced in the rendered text, whose other members can look like it. */
    @ParameterizedTest
    @ValueSource(strings = {
            "{'expires_in':%d,'access_token':'abc','token_type':'Bearer'}",
            "{'access_token':'abc','token_type':'Bearer','expires_in':%d}",
            "{'access_token':'expires_in:3600','x':{'expires_in':3600},'expires_in':%d,'token_type':'Bearer','y':[3600]}",
            "{'access_token':'é١😀','expires_in':%d,'token_type':'Bearer','x':'é'}",
            "{'access_token':'a\\\"b\\\\c\\n/','expires_in':%d,'token_type':'Bearer'}" })
    void onlyTheLifetimeIsReplaced(String text) {
        String json = text.replace('\'', '"');
        AccessToken token = AccessToken.of(new JsonObject(json.formatted(3600)).getMap(), Scope.API);

        for (long seconds : new long[] { 3599, 999, 10, 9, 0, 31_536_000 }) {
            token = token.withExpiresIn(seconds);

            assertThat(token.json()).isEqualTo(json.formatted(seconds));
            assertThat(token.bytes()).isEqualTo(json.formatted(seconds).getBytes(StandardCharsets.UTF_8));
            String string = '"' + new String(token.escapedBytes(), StandardCharsets.UTF_8) + '"';
            assertThat(Json.decodeValue(string)).isEqualTo(json.formatted(seconds));
            assertThat(token.expiresIn()).contains(Duration.ofSeconds(seconds));
        }
    }

    @Test
    void textOfAnotherLifetimeLeavesTheFirstOneAsItIs() {
        AccessToken token = AccessToken.of(token("expires_in", 3600), Scope.API);
        String before = token.json();

        token.withExpiresIn(5);

        assertThat(token.json()).isEqualTo(before);
    }

    static Stream<Arguments> lifetimes() {
        return Stream.of(
                arguments(3599, 3599L),
                arguments(0, 0L),
                arguments(Long.MAX_VALUE, Long.MAX_VALUE),
                // From servers that store it as text or as a floating-point number.
                arguments("3599", 3599L),
                arguments("0", 0L),
                arguments("999999999999999999", 999999999999999999L),
                arguments(new BigDecimal("3599.0"), 3599L),
                arguments(new BigDecimal("3599.000"), 3599L),
                arguments(new BigDecimal("0.0"), 0L),
                // In JSON the same number as 1000 (RFC 8259 §6).
                arguments(new BigDecimal("1e3"), 1000L),
                arguments(new BigDecimal("3.1536E7"), 31_536_000L));
    }

    @ParameterizedTest
    @MethodSource("lifetimes")
    void lifetimeIsAWholeNumberInAnyNotation(Object expiresIn, long seconds) {
        AccessToken token = AccessToken.of(token("expires_in", expiresIn), Scope.API);

        assertThat(token.json()).contains("\"expires_in\":" + seconds);
        assertThat(token.expiresIn()).contains(Duration.ofSeconds(seconds));
    }

    static Stream<Arguments> unusable() {
        return Stream.of(
                arguments("no access_token", Map.of("token_type", "Bearer")),
                arguments("access_token is empty", Map.of("access_token", "", "token_type", "Bearer")),
                arguments("access_token is blank", Map.of("access_token", " ", "token_type", "Bearer")),
                arguments("access_token is a number", Map.of("access_token", 1, "token_type", "Bearer")),
                arguments("access_token is an object", token("access_token", Map.of("value", "s3cr3t"))),
                arguments("no token_type", Map.of("access_token", "s3cr3t")),
                arguments("token_type is empty", token("token_type", "")),
                arguments("token_type is a number", token("token_type", 1)),
                arguments("token_type is an array", token("token_type", List.of("Bearer"))),
                arguments("refresh_token is a number", token("refresh_token", 1)),
                arguments("refresh_token is false", token("refresh_token", false)),
                arguments("scope is an array", token("scope", List.of("api"))),
                arguments("scope is an object", token("scope", Map.of())),
                arguments("scope is a number", token("scope", 1)),
                arguments("scope is true", token("scope", true)),
                arguments("expires_in is negative", token("expires_in", -1)),
                arguments("expires_in is negative and a fraction", token("expires_in", new BigDecimal("-1.0"))),
                arguments("expires_in is a fraction", token("expires_in", new BigDecimal("3599.5"))),
                arguments("expires_in is nearly 0", token("expires_in", new BigDecimal("1e-999999999"))),
                arguments("expires_in exceeds a long", token("expires_in", BigInteger.TEN.pow(30))),
                arguments("expires_in has a huge exponent", token("expires_in", new BigDecimal("1e999999999"))),
                arguments("expires_in is empty", token("expires_in", "")),
                arguments("expires_in is blank", token("expires_in", " ")),
                arguments("expires_in is a word", token("expires_in", "soon")),
                arguments("expires_in has white space before it", token("expires_in", " 3599")),
                arguments("expires_in has white space after it", token("expires_in", "3599\n")),
                arguments("expires_in has a sign", token("expires_in", "+3599")),
                arguments("expires_in is negative text", token("expires_in", "-1")),
                arguments("expires_in is a fraction as text", token("expires_in", "3599.0")),
                arguments("expires_in is an exponent as text", token("expires_in", "1e3")),
                arguments("expires_in has a leading zero", token("expires_in", "03599")),
                arguments("expires_in is hexadecimal", token("expires_in", "0xe0f")),
                arguments("expires_in has a unit", token("expires_in", "3599s")),
                arguments("expires_in is in other digits", token("expires_in", "٣٥٩٩")),
                arguments("expires_in is text that exceeds a long", token("expires_in", "9".repeat(30))),
                arguments("expires_in is true", token("expires_in", true)),
                arguments("expires_in is an array", token("expires_in", List.of(3599))),
                arguments("expires_in is an object", token("expires_in", Map.of())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unusable")
    void invalidResponseIsRefusedWithoutRevealingItsValues(String name, Map<String, Object> members) {
        assertThat(failure(members)).satisfies(failure -> {
            assertThat(failure.error()).isEqualTo(TokenError.UNUSABLE_ANSWER);
            assertThat(failure.getMessage()).contains(name.split(" ")[name.startsWith("no ") ? 1 : 0])
                    .doesNotContain("s3cr3t", "3599");
        });
    }

    @Test
    void requestedOrMissingScopeIsAccepted() {
        assertThat(AccessToken.of(token("scope", "api"), Scope.API).isFor(Scope.API)).isTrue();
        assertThat(AccessToken.of(token("token_type", "Bearer"), Scope.API).isFor(Scope.API)).isTrue();
        assertThat(AccessToken.of(token("scope", CUSTOMER.value()), CUSTOMER).isFor(CUSTOMER)).isTrue();
        assertThat(AccessToken.of(token("scope", CUSTOMER.value()), CUSTOMER).isFor(Scope.API)).isFalse();
    }

    /** A response with any other scope grants that one instead (RFC 6749 §3.3, §5.1). */
    @ParameterizedTest
    @ValueSource(strings = { "customer.s3cr3t", "API", "Api", "api api", "api customer.s3cr3t", "customer.s3cr3t api", " api",
            "api ", "api\n", "ap", "apis", "", " ", "*", "customer.*" })
    void anyOtherScopeIsRefusedWithoutRevealingIt(String scope) {
        TokenException failure = failure(token("scope", scope));

        assertThat(failure.error()).isEqualTo(TokenError.OTHER_SCOPE);
        assertThat(failure.getMessage()).doesNotContain("s3cr3t");
    }

    @ParameterizedTest
    @ValueSource(strings = { "customer.43", "customer.4", "Customer.42", "customer.42 ", "api" })
    void anotherCustomersScopeIsRefused(String scope) {
        assertThatThrownBy(() -> AccessToken.of(token("scope", scope), CUSTOMER))
                .isInstanceOfSatisfying(TokenException.class, e -> assertThat(e.error()).isEqualTo(TokenError.OTHER_SCOPE));
    }

    private static TokenException failure(Map<String, Object> members) {
        assertThatThrownBy(() -> AccessToken.of(members, Scope.API)).isInstanceOf(TokenException.class);
        return catchThrowableOfType(TokenException.class, () -> AccessToken.of(members, Scope.API));
    }

    private static Map<String, Object> token(String name, Object value) {
        Map<String, Object> members = new LinkedHashMap<>(Map.of("access_token", "s3cr3t", "token_type", "Bearer"));
        members.put(name, value);
        return members;
    }
}
