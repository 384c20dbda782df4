package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AccessTokenTest {

    @Test
    void allMembersAreKeptInTheirOrder() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("token_type", "Bearer");
        members.put("x", List.of(Map.of("y", new BigDecimal("1.10"))));
        members.put("access_token", "abc");
        members.put("nothing", null);
        members.put("expires_in", 3599);

        assertThat(AccessToken.of(members).json()).isEqualTo(
                "{\"token_type\":\"Bearer\",\"x\":[{\"y\":1.10}],\"access_token\":\"abc\",\"nothing\":null,\"expires_in\":3599}");
    }

    @Test
    void expiresInMayBeLeftOutOrNought() {
        assertThat(AccessToken.of(Map.of("access_token", "a", "token_type", "Bearer")).members()).hasSize(2);
        assertThat(AccessToken.of(Map.of("access_token", "a", "token_type", "Bearer", "expires_in", 0L)).members())
                .containsEntry("expires_in", 0L);
    }

    static Stream<Arguments> unusable() {
        return Stream.of(
                arguments("no access_token", Map.of("token_type", "Bearer")),
                arguments("access_token is empty", Map.of("access_token", "", "token_type", "Bearer")),
                arguments("access_token is blank", Map.of("access_token", " ", "token_type", "Bearer")),
                arguments("access_token is a number", Map.of("access_token", 1, "token_type", "Bearer")),
                arguments("no token_type", Map.of("access_token", "s3cr3t")),
                arguments("token_type is a number", Map.of("access_token", "s3cr3t", "token_type", 1)),
                arguments("expires_in is negative", token("expires_in", -1)),
                arguments("expires_in is text", token("expires_in", "3599")),
                arguments("expires_in is a fraction", token("expires_in", new BigDecimal("1.5"))),
                arguments("expires_in is beyond any clock", token("expires_in", BigInteger.TEN.pow(30))));
    }

    private static Map<String, Object> token(String name, Object value) {
        return Map.of("access_token", "s3cr3t", "token_type", "Bearer", name, value);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unusable")
    void responseThatIsNoTokenIsRefusedWithoutItsValues(String name, Map<String, Object> members) {
        assertThatThrownBy(() -> AccessToken.of(members)).isInstanceOf(IllegalArgumentException.class)
                .message().doesNotContain("s3cr3t");
    }
}
