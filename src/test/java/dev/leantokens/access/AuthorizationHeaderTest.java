package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.token.TokenError;
import dev.leantokens.token.TokenException;

class AuthorizationHeaderTest {

    @Test
    void withoutHeaderThereAreNoCredentials() {
        assertThat(AuthorizationHeader.read(List.of())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
            "id:secret,             id,     secret",
            "id:se:cret,            id,     se:cret",
            "i%3Ad:s%2Bcr%25t,      i:d,    s+cr%t",
            "a+b:c+d,               a b,    c d",
            "id:caf%C3%A9,          id,     caf\u00e9",
    })
    void idAndSecretAreFormDecoded(String pair, String id, String secret) {
        assertThat(AuthorizationHeader.read(List.of("Basic " + base64(pair))))
                .contains(new AuthorizationHeader(Optional.of(id), secret));
    }

    @Test
    void schemeIsReadInAnyCase() {
        assertThat(AuthorizationHeader.read(List.of("bAsIC   " + base64("id:secret")))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = { "Digest username=x", "abc", "", "Basic" + "x" })
    void otherSchemeIsInvalidClient(String header) {
        assertError(List.of(header), TokenError.CALLER_REFUSED);
    }

    @ParameterizedTest
    @ValueSource(strings = { "Bearer abc", "bEARER   abc", " Bearer abc " })
    void bearerIsASecretAlone(String header) {
        assertThat(AuthorizationHeader.read(List.of(header))).contains(new AuthorizationHeader(Optional.empty(), "abc"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "Bearer", "Bearer ", "Bearer s3cr3t s3cr3t" })
    void malformedBearerIsInvalidRequest(String header) {
        assertError(List.of(header), TokenError.INVALID_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "id", ":", "id:", ":secret", "id:%zz", "%:secret" })
    void malformedPairIsInvalidRequest(String pair) {
        assertError(List.of("Basic " + base64(pair)), TokenError.INVALID_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = { "Basic", "Basic ", "Basic s3cr3t!", "Basic aWQ6c2Vj cmV0", "Basic aWQ6c2VjcmV0=extra" })
    void whatIsNotBase64IsInvalidRequest(String header) {
        assertError(List.of(header), TokenError.INVALID_REQUEST);
    }

    @Test
    void repeatedHeaderIsInvalidRequest() {
        assertError(List.of("Basic " + base64("a:b"), "Basic " + base64("a:b")), TokenError.INVALID_REQUEST);
    }

    private static void assertError(List<String> headers, TokenError error) {
        assertThatThrownBy(() -> AuthorizationHeader.read(headers))
                .isInstanceOfSatisfying(TokenException.class, e -> {
                    assertThat(e.error()).isEqualTo(error);
                    assertThat(e).hasNoCause();
                    assertThat(e.getMessage()).doesNotContain("s3cr3t");
                });
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
