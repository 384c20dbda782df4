package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values end up in log lines and messages by their {@code toString}. */
class SecretsInTextTest {

    private static final String SECRET = "s3cr3t";
    private static final ClientCredentials CREDENTIALS = new ClientCredentials("id-" + SECRET, SECRET);

    static Stream<Object> valuesWithSecrets() {
        return Stream.of(
                CREDENTIALS,
                new TokenRequest(new Scope("api"), Optional.of(CREDENTIALS)),
                new LeanRequest(CREDENTIALS, CredentialsOwner.CALLER, new Scope("api")),
                RequestMembers.of(Map.of("client_secret", SECRET, SECRET, SECRET)),
                AccessToken.of(Map.of("access_token", SECRET, "token_type", "Bearer", "refresh", SECRET)));
    }

    @ParameterizedTest
    @MethodSource("valuesWithSecrets")
    void textOfAValueHasNoSecret(Object value) {
        assertThat(value.toString()).doesNotContain(SECRET);
    }
}
