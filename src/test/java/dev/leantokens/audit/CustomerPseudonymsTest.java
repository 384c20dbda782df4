package dev.leantokens.audit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.leantokens.token.Scope;

class CustomerPseudonymsTest {

    private final CustomerPseudonyms pseudonyms = new CustomerPseudonyms("key".getBytes(US_ASCII));

    /** {@code printf %s 42 | openssl dgst -sha256 -hmac key -binary | basenc --base64url | tr -d =}. */
    @Test
    void pseudonymIsTheHmacOfTheId() {
        assertThat(of(pseudonyms, "42")).isEqualTo("8pkbfOmB0LWtxeag8xrK60B7_CE1S7zDGgxD6v-oPWU");
    }

    @Test
    void customerHasOnePseudonymPerKey() {
        Map<String, String> names = new HashMap<>();
        for (int round = 0; round < 2; round++) {
            // More than are remembered.
            for (int i = 0; i < 10_000; i++) {
                String name = of(pseudonyms, "customer-" + i);
                assertThat(names.computeIfAbsent("customer-" + i, id -> name)).isEqualTo(name);
            }
        }
        assertThat(names.values()).doesNotHaveDuplicates();
        assertThat(of(new CustomerPseudonyms("another".getBytes(US_ASCII)), "42")).isNotEqualTo(of(pseudonyms, "42"));
    }

    private static String of(CustomerPseudonyms pseudonyms, String customer) {
        return new String(pseudonyms.of(new Scope("customer." + customer)), US_ASCII);
    }
}
