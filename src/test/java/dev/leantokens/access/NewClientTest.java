package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NewClientTest {

    @Test
    void explanationConfiguresTheClientItIsOf() {
        NewClient made = NewClient.generate("payments", "api,customer.*", new SecureRandom());
        String file = Pattern.compile("^ *payments\\..*$", Pattern.MULTILINE).matcher(made.explanation()).results()
                .map(match -> match.group().strip()).collect(Collectors.joining("\n"));

        assertThat(made.secret()).matches("[A-Za-z0-9_-]{43}");
        assertThat(made.explanation()).contains("client_secret: " + made.secret());
        assertThat(new LocalClients(LocalClientsFile.read(file)).find("payments", made.secret())).isPresent();
        assertThat(file).doesNotContain(made.secret());
    }

    @Test
    void noTwoSecretsAreTheSame() {
        SecureRandom random = new SecureRandom();

        assertThat(NewClient.generate("a", "api", random).secret())
                .isNotEqualTo(NewClient.generate("a", "api", random).secret());
    }

    @Test
    void variablesAreOfferedWhereTheyCanCarryTheId() {
        assertThat(NewClient.generate("payments", "api", new SecureRandom()).explanation())
                .containsPattern("ACCESS_CLIENTS_PAYMENTS_SECRET=sha256:[0-9a-f]{64}\n")
                .contains("ACCESS_CLIENTS_PAYMENTS_SCOPES=api\n");
        assertThat(NewClient.generate("payments-api", "api", new SecureRandom()).explanation())
                .contains("ACCESS_CLIENTS_PAYMENTS_API_SCOPES=api\n");
        assertThat(List.of("Payments", "payments_api", "payments-", "-payments")).allSatisfy(
                id -> assertThat(NewClient.generate(id, "api", new SecureRandom()).explanation())
                        .doesNotContain("ACCESS_CLIENTS_P"));
    }

    @ParameterizedTest
    @CsvSource({ "'a b', api", "7c9e6679-7425-40de-944b-e07fc1f90ae7, api", "payments, ''", "payments, 'api,'" })
    void clientThatCouldNotBeConfiguredIsNotMade(String id, String scopes) {
        assertThatThrownBy(() -> NewClient.generate(id, scopes, new SecureRandom()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = { "payments" })
    void textOfANewClientHasNoSecret(String id) {
        NewClient made = NewClient.generate(id, "api", new SecureRandom());

        assertThat(made.toString()).doesNotContain(made.secret());
    }
}
