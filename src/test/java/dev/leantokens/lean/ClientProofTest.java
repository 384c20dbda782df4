package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Scope;

class ClientProofTest {

    private static final ClientCredentials CREDENTIALS = new ClientCredentials("id é", "s&c=r+t/\uD83D\uDD11");

    @Test
    void secretIsEncodedInTheForm() {
        assertThat(form(ClientProof.post(CREDENTIALS))).isEqualTo("grant_type=client_credentials&scope=customer.1"
                + "&client_id=id+%C3%A9&client_secret=s%26c%3Dr%2Bt%2F%F0%9F%94%91");
    }

    @Test
    void formHasNoCredentialsIfTheHeaderHasThem() {
        assertThat(form(ClientProof.basic(CREDENTIALS))).isEqualTo("grant_type=client_credentials&scope=customer.1");
    }

    @Test
    void certificateNeedsTheIdAlone() {
        assertThat(form(ClientProof.certificate("id")))
                .isEqualTo("grant_type=client_credentials&scope=customer.1&client_id=id");
    }

    private static String form(ClientProof proof) {
        return new String(proof.form(new Scope("customer.1")), StandardCharsets.US_ASCII);
    }
}
