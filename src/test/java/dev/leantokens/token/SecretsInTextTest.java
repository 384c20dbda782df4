package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.token.IssuedToken.Source;
import dev.leantokens.token.UpstreamTokenRequest.Purpose;

/** Log lines and messages include the {@code toString} of values. */
class SecretsInTextTest {

    private static final String SECRET = "s3cr3t";
    private static final ClientCredentials CREDENTIALS = new ClientCredentials("id-" + SECRET, SECRET);

    private static final AccessToken TOKEN = AccessToken.of(
            Map.of("access_token", SECRET, "token_type", "Bearer", "refresh", SECRET, "expires_in", 3599), Scope.API);

    static Stream<Object> valuesWithSecrets() {
        return Stream.of(
                CREDENTIALS,
                new UpstreamTokenRequest(Optional.of(CREDENTIALS), TokenKey.digest(CREDENTIALS), new Scope("api"),
                        Purpose.NEED,
                        CallerAccount.SERVICE),
                RequestMembers.of(Map.of("client_secret", SECRET, SECRET, SECRET)),
                new TokenKey(CREDENTIALS.clientId(), TokenKey.digest(CREDENTIALS), "", new Scope("api")),
                TOKEN,
                new IssuedToken(TOKEN, Source.HIT, OptionalLong.empty(), "", false),
                CachedToken.of(TOKEN, Instant.EPOCH).orElseThrow());
    }

    @ParameterizedTest
    @MethodSource("valuesWithSecrets")
    void textExcludesSecrets(Object value) {
        assertThat(value.toString()).doesNotContain(SECRET);
    }
}
