package dev.leantokens.issuer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClaimNameTest {

    private static final Map<String, Object> CLAIMS = Map.of("sub", "plain", "kubernetes.io",
            Map.of("namespace", "payments", "pod", Map.of("name", "pod-1")), "https://example.com/customer", "url", "a/b",
            "slash",
            "m~n", "tilde", "groups", List.of("first", Map.of("x", "second")), "", "empty", "0", "zero", "~1", "escaped");

    @ParameterizedTest
    @CsvSource({ "sub, plain", "/sub, plain", "/kubernetes.io/namespace, payments", "/kubernetes.io/pod/name, pod-1",
            "https://example.com/customer, url", "/a~1b, slash", "a/b, slash", "/m~0n, tilde", "m~n, tilde", "/, empty",
            "/~01, escaped", "/groups/0, first", "/groups/1/x, second", "/0, zero" })
    void claimIsFoundByNameAndByPointer(String name, String value) {
        assertThat(ClaimName.of(name).valueIn(CLAIMS)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(strings = { "kubernetes.io/namespace", "Sub", "/sub/x", "/kubernetes.io/x", "/kubernetes.io/namespace/x",
            "/kubernetes", "/groups/2", "/groups/-", "/groups/01", "/groups/99999999999", "/groups/0/0", "//sub", "sub/",
            "/sub/" })
    void otherNameFindsNothing(String name) {
        assertThat(ClaimName.of(name).valueIn(CLAIMS)).isNull();
    }
}
