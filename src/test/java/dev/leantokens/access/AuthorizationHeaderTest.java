package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;

class AuthorizationHeaderTest {

    @Test
    void requestWithoutHeaderHasNoCredentials() {
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
        assertThat(basic(pair).clientId()).contains(id);
        assertThat(basic(pair).formDecodedSecret()).isEqualTo(secret);
    }

    @ParameterizedTest
    @CsvSource({ "secret, 'secret'", "s+c, 's c|s+c'", "s%2Bc, 's+c|s%2Bc'", "100%, '100%'", "%zz, '%zz'", "%FF, '%FF'",
            "se:cret, 'se:cret'" })
    void readingsAreTheDecodedAndTheSentSecret(String sent, String readings) {
        assertThat(basic("id:" + sent).readings()).containsExactly(readings.split("\\|"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "%zz", "s3cr3t%", "%FF", "%+a", "%-1", "% 1" })
    void formDecodedSecretMustBeFormEncoded(String secret) {
        AuthorizationHeader header = basic("id:" + secret);

        assertError(header::formDecodedSecret, TokenError.INVALID_REQUEST);
    }

    @Test
    void schemeIsCaseInsensitive() {
        assertThat(AuthorizationHeader.read(List.of("bAsIC   " + base64("id:secret")))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = { "Digest username=x", "abc", "", "Basic" + "x" })
    void otherSchemeIsInvalidClient(String header) {
        assertError(List.of(header), TokenError.CALLER_REFUSED);
    }

    @ParameterizedTest
    @ValueSource(strings = { "Bearer abc", "bEARER   abc", " Bearer abc " })
    void bearerHasASecretOnly(String header) {
        assertThat(AuthorizationHeader.read(List.of(header)))
                .contains(new AuthorizationHeader(Optional.empty(), "abc"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "Bearer", "Bearer ", "Bearer s3cr3t s3cr3t" })
    void malformedBearerIsInvalidRequest(String header) {
        assertError(List.of(header), TokenError.INVALID_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "id", ":", "id:", ":secret", "%:secret", "%FF:secret" })
    void malformedPairIsInvalidRequest(String pair) {
        assertError(List.of("Basic " + base64(pair)), TokenError.INVALID_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = { "Basic", "Basic ", "Basic s3cr3t!", "Basic aWQ6c2Vj cmV0", "Basic aWQ6c2VjcmV0=extra" })
    void invalidBase64IsInvalidRequest(String header) {
        assertError(List.of(header), TokenError.INVALID_REQUEST);
    }

    @Test
    void repeatedHeaderIsInvalidRequest() {
        assertError(List.of("Basic " + base64("a:b"), "Basic " + base64("a:b")), TokenError.INVALID_REQUEST);
    }

    @Test
    void secretThatIsNotUtf8IsInvalidRequest() {
        byte[] pair = { 'i', 'd', ':', (byte) 0xFF };

        assertError(List.of("Basic " + Base64.getEncoder().encodeToString(pair)), TokenError.INVALID_REQUEST);
    }

    private static AuthorizationHeader basic(String pair) {
        return AuthorizationHeader.read(List.of("Basic " + base64(pair))).orElseThrow();
    }

    private static void assertError(List<String> headers, TokenError error) {
        assertError(() -> AuthorizationHeader.read(headers), error);
    }

    private static void assertError(ThrowingCallable call, TokenError error) {
        assertThatThrownBy(call)
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
