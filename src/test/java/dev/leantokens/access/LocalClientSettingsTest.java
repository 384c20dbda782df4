package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.token.Scope;

class LocalClientSettingsTest {

    @Test
    void clientHasASecretAndScopes() {
        List<LocalClient> clients = LocalClientSettings.ofFile("""
                # comment
                payments.secret = sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad, plain-secret-of-ours
                payments.scopes = api, customer.*

                agents.scopes=api
                agents.secret=plain-secret-of-agents=
                """);

        assertThat(clients).extracting(LocalClient::id).containsExactly("agents", "payments");
        LocalClients all = new LocalClients(clients);
        assertThat(all.find("payments", "abc")).isPresent();
        assertThat(all.find("plain-secret-of-ours")).isPresent();
        assertThat(all.find("plain-secret-of-agents=").orElseThrow().mayHave(Scope.parse("customer.1"))).isFalse();
        assertThat(all.find("payments", "abc").orElseThrow().mayHave(Scope.parse("customer.1"))).isTrue();
    }

    @Test
    void clientCanHaveADefaultScope() {
        assertThat(LocalClientSettings.ofFile("""
                payments.secret=plain-secret-of-ours
                payments.scopes=api,customer.*
                payments.default-scope = customer.1
                default-scope.secret=another-secret-of-ours
                default-scope.scopes=api
                default-scope.default-scope=
                """)).extracting(LocalClient::id, LocalClient::defaultScope).containsExactly(
                tuple("default-scope", Optional.empty()), tuple("payments", Optional.of(Scope.parse("customer.1"))));
    }

    @Test
    void crlfLineEndsAreAccepted() {
        assertThat(LocalClientSettings.ofFile("payments.secret=plain-secret-of-ours\r\npayments.scopes=api\r\n"))
                .singleElement()
                .satisfies(client -> assertThat(new LocalClients(List.of(client)).find("plain-secret-of-ours")).isPresent());
    }

    @ParameterizedTest
    @ValueSource(strings = { "a\\b-secret-of-ours", "\\u0041-secret-of-ours", "\\", "secret-of-ours\\", "pa$$ss", "${HOME}",
            "\\${x}", "a=b:c d", "#not-a-comment", "caf\u00e9" })
    void valueIsReadLiterally(String secret) {
        LocalClients clients = new LocalClients(LocalClientSettings.ofFile("a.secret=" + secret + "\na.scopes: api\n! end"));

        assertThat(clients.find("a", secret)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = { "s3cr3t\uFFFD", "s3cr3t\0" })
    void damagedSecretIsRejectedAndNotQuoted(String secret) {
        assertThatThrownBy(() -> LocalClientSettings.ofFile("a.secret=" + secret + "\na.scopes=api"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("secret of local client a contains")
                .hasMessageNotContaining("s3cr3t");
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "\n", "# nothing" })
    void fileWithoutClientsIsValid(String text) {
        assertThat(LocalClientSettings.ofFile(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = { "s3cr3t", "payments=s3cr3t", "payments.secrets=s3cr3t", "payments.secret=s3cr3t",
            "payments.scopes=api", "payments.secret=\npayments.scopes=api",
            "payments.secret=s3cr3ts3cr3ts3cr3t\npayments.scopes=", "payments.default-scope=api",
            "payments.secret=plain-secret-of-ours\npayments.scopes=api\npayments.default-scope=s3cr3t",
            "payments.secret=plain-secret-of-ours\npayments.scopes=api\npayments.default-scope=s3cr3t s3cr3t",
            ".secret=s3cr3ts3cr3ts3cr3t\n.scopes=api",
            "payments.secret=s3cr3ts3cr3ts3cr3t\npayments.scopes=api\npayments.secret=s3cr3ts3cr3ts3cr4t", "s3cr3t\ns3cr3t",
            "payments.secret=\\u00zz-s3cr3t" })
    void anythingElseIsRejectedAndNotQuoted(String text) {
        assertThatThrownBy(() -> LocalClientSettings.ofFile(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("s3cr3t");
    }
}
