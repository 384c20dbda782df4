package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.token.ClientCredentials;

class AuthenticatedHeadersTest {

    private static final LocalClient PAYMENTS = LocalClient.of("payments", List.of("secret-of-payments"), Optional.empty(),
            List.of("api"),
            Optional.empty());

    private final AuthenticatedHeaders headers = new AuthenticatedHeaders();
    private final List<String> decided = new ArrayList<>();

    private Optional<Client> client(String header, Optional<Client> decision) {
        return headers.client(header, () -> {
            decided.add(header);
            return decision;
        });
    }

    @Test
    void aHeaderIsDecidedOnce() {
        assertThat(client("Bearer secret-of-payments", Optional.of(PAYMENTS))).contains(PAYMENTS);
        assertThat(client("Bearer secret-of-payments", Optional.empty())).contains(PAYMENTS);

        assertThat(decided).containsExactly("Bearer secret-of-payments");
    }

    @Test
    void eachOtherHeaderIsDecidedItself() {
        client("Bearer secret-of-payments", Optional.of(PAYMENTS));

        assertThat(client("Bearer secret-of-payments ", Optional.empty())).isEmpty();
        assertThat(client("Bearer Secret-of-payments", Optional.empty())).isEmpty();
        assertThat(client("bearer secret-of-payments", Optional.empty())).isEmpty();
    }

    @Test
    void onlyLocalClientsAreRemembered() {
        Client lean = new LeanIssuedClient(new ClientCredentials("7c9e6679-7425-40de-944b-e07fc1f90ae7", "secret"));

        assertThat(client("Basic of Lean", Optional.of(lean))).contains(lean);
        assertThat(client("Bearer of a platform", Optional.empty())).isEmpty();
        assertThatThrownBy(() -> headers.client("Bearer unknown", () -> {
            throw TokenError.CALLER_REFUSED.because("the client is unknown or its secret is wrong");
        })).isInstanceOf(TokenException.class);

        assertThat(headers.size()).isZero();
    }

    @Test
    void theirNumberIsLimited() {
        for (int i = 0; i < 3 * AuthenticatedHeaders.MAX_HEADERS; i++) {
            assertThat(client("Bearer " + " ".repeat(i % 100) + i, Optional.of(PAYMENTS))).contains(PAYMENTS);
            assertThat(headers.size()).isPositive().isLessThanOrEqualTo(AuthenticatedHeaders.MAX_HEADERS);
        }
    }

    @Test
    void otherClientsDoNotShareThem() {
        LocalClients before = new LocalClients(List.of(PAYMENTS));
        before.headers().client("Bearer secret-of-payments", () -> Optional.of(PAYMENTS));
        LocalClients after = new LocalClients(List.of());

        assertThat(after.headers().client("Bearer secret-of-payments", () -> Optional.empty())).isEmpty();
    }
}
