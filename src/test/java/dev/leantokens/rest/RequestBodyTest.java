package dev.leantokens.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.error.TokenException;
import dev.leantokens.token.AccessTokenRequest;
import dev.leantokens.token.RequestMembers;

class RequestBodyTest {

    private static RequestMembers form(String body) {
        return RequestBody.read("application/x-www-form-urlencoded", body.getBytes(StandardCharsets.UTF_8));
    }

    private static RequestMembers json(String body) {
        return RequestBody.read("application/json", body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void numberSignIsAnOrdinaryCharacterOfAForm() {
        RequestMembers members = form("client_secret=a#b&client_id=c");

        assertThat(members.clientSecret()).contains("a#b");
        assertThat(members.clientId()).contains("c");
        assertThatThrownBy(() -> AccessTokenRequest.of(form("scope=api&x=#&scope=api"))).isInstanceOf(TokenException.class);
    }

    @Test
    void questionMarkIsAnOrdinaryCharacterOfAForm() {
        assertThat(form("?client_id=a").clientId()).isEmpty();
        assertThat(form("client_id=?a").clientId()).contains("?a");
    }

    @ParameterizedTest
    @ValueSource(strings = { "\\ud800", "\\udc00", "a\\ud800b", "\\ud800\\ud800", "\\udc00\\ud800", "\uFFFD" })
    void halfASurrogatePairIsRefused(String secret) {
        RequestMembers members = json("{\"client_secret\":\"" + secret + "\"}");

        assertThatThrownBy(members::clientSecret).isInstanceOf(TokenException.class)
                .hasMessageEndingWith("client_secret is not UTF-8");
    }

    @Test
    void surrogatePairIsAccepted() {
        assertThat(json("{\"client_secret\":\"a\\ud83d\\ude00b\"}").clientSecret()).contains("a😀b");
    }
}
