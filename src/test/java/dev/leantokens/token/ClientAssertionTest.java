package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;

class ClientAssertionTest {

    private static final String TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private static RequestMembers members(Object... namesAndValues) {
        RequestMembers members = new RequestMembers();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            members.add((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return members;
    }

    @Test
    void assertionMayNameItsClient() {
        RequestMembers alone = members("client_assertion", "a.b.c", "client_assertion_type", TYPE);
        RequestMembers named = members("client_assertion", "a.b.c", "client_assertion_type", TYPE, "client_id", "shop");

        assertThat(ClientAssertion.of(alone, false)).contains(new ClientAssertion("a.b.c", Optional.empty()));
        assertThat(ClientAssertion.of(named, false)).contains(new ClientAssertion("a.b.c", Optional.of("shop")));
    }

    @ParameterizedTest
    @CsvSource(nullValues = "null", value = { "null, null", "'', ''", "'', null", "null, ''" })
    void nullAndEmptyMembersCountAsMissing(String assertion, String type) {
        RequestMembers members = members("client_assertion", assertion, "client_assertion_type", type);

        assertThat(ClientAssertion.of(members, false)).isEmpty();
        assertThat(members.haveClientAssertion()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "null", value = {
            "a.b.c | null",
            "a.b.c | ''",
            "null  | " + TYPE,
            "a.b.c | urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
            "a.b.c | urn:ietf:params:oauth:client-assertion-type:JWT-bearer",
            "a.b.c | jwt-bearer",
    })
    void bothMembersAreNeeded(String assertion, String type) {
        RequestMembers members = members("client_assertion", assertion, "client_assertion_type", type);

        assertInvalid(members, false);
        assertThat(members.haveClientAssertion()).isTrue();
    }

    @Test
    void otherCredentialsAreAnError() {
        assertInvalid(members("client_assertion", "a.b.c", "client_assertion_type", TYPE), true);
        assertInvalid(members("client_assertion", "a.b.c", "client_assertion_type", TYPE, "client_secret", "secret"), false);
    }

    @Test
    void repeatedMembersAndOtherTypesAreAnError() {
        assertInvalid(members("client_assertion", "a.b.c", "client_assertion", "a.b.c", "client_assertion_type", TYPE), false);
        assertInvalid(members("client_assertion", "a.b.c", "client_assertion_type", TYPE, "client_assertion_type", TYPE),
                false);
        assertInvalid(members("client_assertion", 1, "client_assertion_type", TYPE), false);
        assertInvalid(members("client_assertion", "a.b.c", "client_assertion_type", true), false);
    }

    private static void assertInvalid(RequestMembers members, boolean inHeader) {
        assertThatThrownBy(() -> ClientAssertion.of(members, inHeader)).isInstanceOfSatisfying(TokenException.class,
                e -> assertThat(e.error()).isEqualTo(TokenError.INVALID_REQUEST)).hasMessageNotContaining("a.b.c");
    }
}
