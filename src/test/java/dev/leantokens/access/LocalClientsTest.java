package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.access.LocalClients.KeyedDigest;

class LocalClientsTest {

    private static final String SECRET = "kQ7s3cr3tkQ7s3cr3tkQ7s3cr3t";
    /** The digest of "abc" in FIPS 180-4. */
    private static final String ABC = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    private final LocalClients clients = new LocalClients(List.of(
            client("payments", List.of(SECRET, ABC), List.of("api", "customer.*")),
            client("agents", List.of("another-secret-of-agents"), List.of("api"))));

    @ParameterizedTest
    @CsvSource({ "payments, " + SECRET, "payments, abc", "agents, another-secret-of-agents" })
    void clientIsFoundByAnyOfItsSecrets(String id, String secret) {
        assertThat(clients.find(id, secret)).hasValueSatisfying(client -> assertThat(client.id()).isEqualTo(id));
        assertThat(clients.find(secret)).hasValueSatisfying(client -> assertThat(client.id()).isEqualTo(id));
    }

    @ParameterizedTest
    @CsvSource({
            "payments, another-secret-of-agents", "agents, " + SECRET, "nobody, " + SECRET, "PAYMENTS, " + SECRET,
            "payments, kQ7s3cr3tkQ7s3cr3tkQ7s3cr3", "payments, kQ7s3cr3tkQ7s3cr3tkQ7s3cr3T", "payments, ''", "'', " + SECRET,
            "payments, " + ABC })
    void anyOtherCombinationIsUnknown(String id, String secret) {
        assertThat(clients.find(id, secret)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "payments", ABC, "ABC", SECRET + " " })
    void otherSecretIsUnknown(String secret) {
        assertThat(clients.find(secret)).isEmpty();
    }

    @Test
    void withoutClientsEverySecretIsUnknown() {
        LocalClients none = new LocalClients(List.of());

        assertThat(none.find("")).isEmpty();
        assertThat(none.find("payments", SECRET)).isEmpty();
    }

    @Test
    void secretInUseIsRejected() {
        assertInvalid(() -> new LocalClients(List.of(client("a", List.of(SECRET), List.of("api")),
                client("b", List.of(SecretDigest.of(SECRET).text()), List.of("api")))), "local client b");
        assertInvalid(() -> new LocalClients(List.of(client("a", List.of(SECRET, SECRET), List.of("api")))),
                "local client a");
    }

    @Test
    void clientThatIsConfiguredTwiceIsRejected() {
        assertInvalid(() -> new LocalClients(List.of(client("a", List.of(SECRET), List.of("api")),
                client("a", List.of(ABC), List.of("api")))), "local client a is configured twice");
    }

    @Test
    void tooManyClientsAreRejected() {
        List<LocalClient> many = new ArrayList<>(IntStream.range(0, LocalClients.MAX_CLIENTS)
                .mapToObj(i -> client("c" + i, List.of(SECRET + i), List.of("api"))).toList());
        assertThat(new LocalClients(many).size()).isEqualTo(LocalClients.MAX_CLIENTS);

        many.add(client("another", List.of(SECRET), List.of("api")));
        assertInvalid(() -> new LocalClients(many), "more than 10000");
    }

    /** Comparing with every client would take minutes. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void lookupDoesNotCompareWithEveryClient() {
        LocalClients many = new LocalClients(IntStream.range(0, LocalClients.MAX_CLIENTS)
                .mapToObj(i -> client("c" + i, List.of(SECRET + i), List.of("api"))).toList());

        for (int i = 0; i < 1_000_000; i++) {
            String secret = SECRET + i;
            assertThat(many.find(secret).isPresent()).isEqualTo(i < LocalClients.MAX_CLIENTS);
        }
    }

    @Test
    void digestDependsOnTheKey() {
        SecretDigest secret = SecretDigest.of(SECRET);
        byte[] key = KeyedDigest.newKey();
        KeyedDigest digest = new KeyedDigest(key, secret);

        assertThat(new KeyedDigest(key, SecretDigest.of(SECRET))).isEqualTo(digest).hasSameHashCodeAs(digest);
        assertThat(new KeyedDigest(key, SecretDigest.of(SECRET + "x"))).isNotEqualTo(digest);
        assertThat(new KeyedDigest(KeyedDigest.newKey(), secret)).isNotEqualTo(digest);
        assertThat(IntStream.range(0, 10).map(i -> new KeyedDigest(KeyedDigest.newKey(), secret).hashCode()).distinct().count())
                .isGreaterThan(1);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", " ", "a b", "a.b", "7c9e6679-7425-40de-944b-e07fc1f90ae7", "caf\u00e9", "a:b" })
    void invalidIdIsRejected(String id) {
        assertInvalid(() -> client(id, List.of(SECRET), List.of("api")), "id");
    }

    @Test
    void idHasAtMost64Characters() {
        assertThat(client("a".repeat(64), List.of(SECRET), List.of("api")).id()).hasSize(64);
        assertInvalid(() -> client("a".repeat(65), List.of(SECRET), List.of("api")), "64");
    }

    @ParameterizedTest
    @CsvSource({
            "'',                                               has neither a secret nor a certificate",
            "' ',                                              empty secret",
            "kQ7s3cr3tkQ7s3cr3t;,                              empty secret",
            "kQ7s3cr3tkQ7s3cr3t;kQ7s3cr3tkQ7s3cr3u;abcdefghijklmnopqrs, more than 2 secrets",
            "sha512:s3cr3ts3cr3ts3cr3ts3cr3t,                  digest other than SHA-256",
            "SHA256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad, digest other than SHA-256",
            "sha-256=s3cr3ts3cr3ts3cr3t,                       digest other than SHA-256",
            "sha256:,                                          64",
            "sha256:s3cr3t,                                    64",
            "sha256:xyz816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad, hexadecimal",
    })
    void invalidSecretsAreRejectedAndNotQuoted(String secrets, String reason) {
        List<String> list = secrets.isEmpty() ? List.of() : List.of(secrets.split(";", -1));

        assertInvalid(() -> client("payments", list, List.of("api")), reason);
    }

    @Test
    void clientWithoutScopesIsRejected() {
        assertInvalid(() -> client("payments", List.of(SECRET), List.of()), "has no scopes");
        assertInvalid(() -> client("payments", List.of(SECRET), List.of("api", "")), "scope pattern");
    }

    @Test
    void whiteSpaceAroundSecretsAndScopesIsRemoved() {
        LocalClient client = client("payments", List.of(" " + SECRET, ABC + "\n"), List.of(" api"));

        assertThat(new LocalClients(List.of(client)).find("payments", SECRET)).contains(client);
        assertThat(new LocalClients(List.of(client)).find("payments", "abc")).contains(client);
    }

    private static LocalClient client(String id, List<String> secrets, List<String> scopes) {
        return LocalClient.of(id, secrets, Optional.empty(), scopes, Optional.empty());
    }

    private static void assertInvalid(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String reason) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(reason)
                .hasMessageNotContaining("s3cr3t");
    }
}
