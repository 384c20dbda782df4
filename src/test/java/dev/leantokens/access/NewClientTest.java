package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.token.ScopePattern;

class NewClientTest {

    private static final Optional<String> NO_DEFAULT = Optional.empty();
    private static final List<ScopePattern> ISSUED = List.of(new ScopePattern("api"), new ScopePattern("customer.*"));

    @Test
    void explanationConfiguresTheClient() {
        NewClient generated = NewClient.generate("payments", "api,customer.*", NO_DEFAULT, ISSUED);
        String file = Pattern.compile("^ *payments\\..*$", Pattern.MULTILINE).matcher(generated.explanation()).results()
                .map(match -> match.group().strip()).collect(Collectors.joining("\n"));

        assertThat(generated.secret()).matches("[A-Za-z0-9_-]{43}");
        assertThat(generated.explanation()).contains("client_secret: " + generated.secret());
        assertThat(new LocalClients(LocalClientSettings.ofFile(file)).find("payments", generated.secret())).isPresent();
        assertThat(file).doesNotContain(generated.secret());
    }

    @Test
    void explanationConfiguresItsDefaultScope() {
        NewClient generated = NewClient.generate("payments-api", "api,customer.*", Optional.of("customer.1"), ISSUED);

        assertThat(generated.explanation()).contains("  payments-api.default-scope=customer.1\n",
                "  ACCESS_CLIENTS_PAYMENTS_API_DEFAULT_SCOPE=customer.1\n");
    }

    @ParameterizedTest
    @CsvSource({ "customer.*, api", "api, 'a b'", "api, customer.1" })
    void defaultScopeOutsideItsScopesIsRejected(String scopes, String defaultScope) {
        assertThatThrownBy(
                () -> NewClient.generate("payments", scopes, Optional.of(defaultScope), ISSUED))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("default scope");
    }

    @Test
    void scopeThatIsNeverIssuedIsRejected() {
        assertThatThrownBy(() -> NewClient.generate("payments", "api,payments.*", NO_DEFAULT, ISSUED))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "local client payments may have payments.*, and TOKEN_SCOPES (api,customer.*) allows no such scope");
    }

    @Test
    void secretsAreRandom() {
        assertThat(NewClient.generate("a", "api", NO_DEFAULT, ISSUED).secret())
                .isNotEqualTo(NewClient.generate("a", "api", NO_DEFAULT, ISSUED).secret());
    }

    @Test
    void variablesAreExplainedIfTheyCanExpressTheId() {
        assertThat(NewClient.generate("payments", "api", NO_DEFAULT, ISSUED).explanation())
                .containsPattern("ACCESS_CLIENTS_PAYMENTS_SECRET=sha256:[0-9a-f]{64}\n")
                .contains("ACCESS_CLIENTS_PAYMENTS_SCOPES=api\n");
        assertThat(NewClient.generate("payments-api", "api", NO_DEFAULT, ISSUED).explanation())
                .contains("ACCESS_CLIENTS_PAYMENTS_API_SCOPES=api\n");
        assertThat(List.of("Payments", "payments_api", "payments-", "-payments")).allSatisfy(
                id -> assertThat(NewClient.generate(id, "api", NO_DEFAULT, ISSUED).explanation())
                        .doesNotContain("ACCESS_CLIENTS_P"));
    }

    @ParameterizedTest
    @CsvSource({ "'a b', api", "7c9e6679-7425-40de-944b-e07fc1f90ae7, api", "payments, ''", "payments, 'api,'" })
    void invalidClientIsNotGenerated(String id, String scopes) {
        assertThatThrownBy(() -> NewClient.generate(id, scopes, NO_DEFAULT, ISSUED))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = { "payments" })
    void toStringHasNoSecret(String id) {
        NewClient generated = NewClient.generate(id, "api", NO_DEFAULT, ISSUED);

        assertThat(generated.toString()).doesNotContain(generated.secret());
    }
}
