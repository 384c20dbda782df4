package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;

class AccessTokenRequestTest {

    private static final Optional<String> IN_HEADER = Optional.of("id");
    private static final Optional<String> NOT_IN_HEADER = Optional.empty();

    @Test
    void scopeIsOptional() {
        assertThat(AccessTokenRequest.of(members("scope", "api")))
                .isEqualTo(new AccessTokenRequest(Optional.of(new Scope("api"))));
        assertThat(AccessTokenRequest.of(members("grant_type", "client_credentials")).scope()).isEmpty();
    }

    @Test
    void credentialsInTheBodyAreRead() {
        assertThat(credentials(members("scope", "api", "client_id", "id", "client_secret", "secret"), NOT_IN_HEADER))
                .contains(new ClientCredentials("id", "secret"));
    }

    @Test
    void nullAndEmptyCountAsMissing() {
        RequestMembers members = members("scope", "", "grant_type", null, "client_id", "", "client_secret", null);

        assertThat(credentials(members, NOT_IN_HEADER)).isEmpty();
        assertThat(AccessTokenRequest.of(members).scope()).isEmpty();
        assertThat(AccessTokenRequest.of(members("scope", null)).scope()).isEmpty();
    }

    @Test
    void unknownMembersAreIgnored() {
        RequestMembers members = members("scope", "api", "audience", List.of(1), "audience", 2, "Scope", 3);

        assertThat(AccessTokenRequest.of(members).scope()).contains(new Scope("api"));
    }

    @Test
    void callerAuthenticatedByAHeaderNeedsNoCredentialsInTheBody() {
        assertThat(credentials(members("scope", "api"), IN_HEADER)).isEmpty();
    }

    @Test
    void clientIdOfTheHeaderMayBeRepeatedInTheBody() {
        assertThat(credentials(members("scope", "api", "client_id", "id"), IN_HEADER)).isEmpty();
    }

    static Stream<Arguments> invalidRequests() {
        return Stream.of(
                arguments("scope is a number", members("scope", 1), TokenError.INVALID_REQUEST),
                arguments("scope is a boolean", members("scope", true), TokenError.INVALID_REQUEST),
                arguments("scope is an array", members("scope", List.of("api")), TokenError.INVALID_REQUEST),
                arguments("scope is an object", members("scope", Map.of()), TokenError.INVALID_REQUEST),
                arguments("scope is repeated", members("scope", "api", "scope", "api"), TokenError.INVALID_REQUEST),
                arguments("scope is repeated, once as null", members("scope", null, "scope", "api"),
                        TokenError.INVALID_REQUEST),
                arguments("two scopes", members("scope", "api customer.1"), TokenError.INVALID_SCOPE),
                arguments("grant_type is password", members("scope", "api", "grant_type", "password"),
                        TokenError.UNSUPPORTED_GRANT_TYPE),
                arguments("grant_type is in capitals", members("scope", "api", "grant_type", "CLIENT_CREDENTIALS"),
                        TokenError.UNSUPPORTED_GRANT_TYPE),
                arguments("grant_type is a number", members("scope", "api", "grant_type", 1), TokenError.INVALID_REQUEST),
                arguments("grant_type is repeated", members("scope", "api", "grant_type", "client_credentials", "grant_type",
                        "client_credentials"), TokenError.INVALID_REQUEST),
                arguments("id without secret", members("scope", "api", "client_id", "id"), TokenError.INVALID_REQUEST),
                arguments("secret without id", members("scope", "api", "client_secret", "s"), TokenError.INVALID_REQUEST),
                arguments("id with an empty secret", members("scope", "api", "client_id", "id", "client_secret", ""),
                        TokenError.INVALID_REQUEST),
                arguments("secret is a number", members("scope", "api", "client_id", "id", "client_secret", 1),
                        TokenError.INVALID_REQUEST),
                arguments("secret is repeated",
                        members("scope", "api", "client_id", "id", "client_secret", "s", "client_secret",
                                "t"),
                        TokenError.INVALID_REQUEST));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("invalidRequests")
    void invalidRequestIsRefused(String name, RequestMembers members, TokenError error) {
        assertThatThrownBy(() -> {
            credentials(members, NOT_IN_HEADER);
            AccessTokenRequest.of(members);
        }).isInstanceOfSatisfying(TokenException.class, e -> assertThat(e.error()).isEqualTo(error));
    }

    static Stream<Arguments> secondCredentials() {
        return Stream.of(
                arguments("both repeated", members("scope", "api", "client_id", "id", "client_secret", "header-secret")),
                arguments("only a secret", members("scope", "api", "client_secret", "header-secret")),
                arguments("another id", members("scope", "api", "client_id", "other")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("secondCredentials")
    void credentialsInHeaderAndBodyAreRefused(String name, RequestMembers members) {
        assertThatThrownBy(() -> credentials(members, IN_HEADER))
                .isInstanceOfSatisfying(TokenException.class, e -> assertThat(e.error()).isEqualTo(TokenError.INVALID_REQUEST));
    }

    @Test
    void membersAreReadFromAMap() {
        Map<String, Object> map = new HashMap<>();
        map.put("scope", "api");
        map.put("client_id", null);

        assertThat(AccessTokenRequest.of(RequestMembers.of(map)).scope()).contains(new Scope("api"));
    }

    private static Optional<ClientCredentials> credentials(RequestMembers members, Optional<String> authenticated) {
        return ClientCredentials.of(members, authenticated);
    }

    private static RequestMembers members(Object... namesAndValues) {
        RequestMembers members = new RequestMembers();
        List<Object> list = Arrays.asList(namesAndValues);
        for (int i = 0; i < list.size(); i += 2) {
            members.add((String) list.get(i), list.get(i + 1));
        }
        return members;
    }
}
