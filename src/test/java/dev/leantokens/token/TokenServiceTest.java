package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.leantokens.testing.Settings;
import dev.leantokens.testing.TestClock;
import dev.leantokens.token.LeanRequest.Purpose;
import io.smallrye.mutiny.Uni;

class TokenServiceTest {

    private static final Scope API = new Scope("api");
    private static final AccessToken TOKEN = AccessToken.of(Map.of("access_token", "abc", "token_type", "Bearer"));
    private static final ClientCredentials SERVICE = new ClientCredentials("service", "secret");
    private static final ClientCredentials CALLER = new ClientCredentials("caller", "secret");

    private final List<LeanRequest> asked = new ArrayList<>();

    @Test
    void callersOwnCredentialsAreUsedAsTheyAre() {
        assertThat(
                service(Optional.of(SERVICE)).issue(API, Optional.of(CALLER), CacheControl.ANY, Requester.SERVICE).await()
                        .indefinitely().token())
                .isSameAs(TOKEN);

        assertThat(asked)
                .containsExactly(new LeanRequest(CALLER, CredentialsOwner.CALLER, API, Purpose.NEED, Requester.SERVICE));
    }

    @Test
    void servicesCredentialsAreUsedForTheRest() {
        service(Optional.of(SERVICE)).issue(API, Optional.empty(), CacheControl.ANY, Requester.SERVICE).await().indefinitely();

        assertThat(asked)
                .containsExactly(new LeanRequest(SERVICE, CredentialsOwner.SERVICE, API, Purpose.NEED, Requester.SERVICE));
    }

    @Test
    void withoutAnyCredentialsLeanIsNotAsked() {
        assertError(service(Optional.empty()).issue(API, Optional.empty(), CacheControl.ANY, Requester.SERVICE),
                TokenError.NO_CREDENTIALS);

        assertThat(asked).isEmpty();
    }

    @Test
    void scopeThatIsNotHandedOutDoesNotReachLean() {
        assertError(
                service(Optional.of(SERVICE)).issue(new Scope("payments"), Optional.of(CALLER), CacheControl.ANY,
                        Requester.SERVICE),
                TokenError.INVALID_SCOPE);

        assertThat(asked).isEmpty();
    }

    private TokenService service(Optional<ClientCredentials> own) {
        return new TokenService(request -> {
            asked.add(request);
            return Uni.createFrom().item(TOKEN);
        }, () -> own, new MapTokenCache(), Settings.of(TokenConfig.class), new TestClock(), new ErrorLog());
    }

    private static void assertError(Uni<IssuedToken> answer, TokenError error) {
        assertThatThrownBy(() -> answer.await().indefinitely())
                .isInstanceOfSatisfying(TokenException.class, e -> assertThat(e.error()).isEqualTo(error));
    }
}
