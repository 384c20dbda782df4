package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.LongText;
import io.quarkus.runtime.configuration.ConfigurationException;

class HostRulesTest {

    private final HostRules rules = new HostRules(Set.of(" Tokens.internal", "rooted.example.", "tokens1"),
            Set.of("https://app.example.com", "http://App.example.com:3000/", "https://rooted.example.:8443",
                    "HTTPS://ported.example:443"));

    @ParameterizedTest
    @ValueSource(strings = { "localhost", "localhost:8080", "LocalHost:9090", "127.0.0.1", "127.0.0.1:8080", "[::1]",
            "[::1]:8080",
            "tokens.internal", "TOKENS.internal:443", "localhost.", "LOCALHOST.:8080", "tokens.internal.",
            "tokens.internal.:443", "rooted.example", "rooted.example.", "tokens1", "tokens1." })
    void loopbackAndAllowedNamesAreServed(String host) {
        assertThat(rules.servesHost(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", ":8080", "evil.example", "localhost.evil.example", "evil.example:8080", "127.0.0.2", "0.0.0.0",
            "::1",
            "[::2]", "[::1]evil", "tokens.internal.evil.example", "x.tokens.internal", "localhost@evil.example",
            "localhost:8080:1", ".", "..", "localhost..", "localhost..:8080", ".localhost", "127.0.0.1.", "[::1].",
            "evil.example.", "tokens.internal.evil.example.", "localhost.@evil.example" })
    void otherNamesAreNotServed(String host) {
        assertThat(rules.servesHost(host)).isFalse();
    }

    @Test
    void requestWithoutHostIsNotServed() {
        assertThat(rules.servesHost(null)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = { "http://localhost", "http://localhost:3000", "https://127.0.0.1:8443", "http://[::1]:80",
            "HTTP://LOCALHOST",
            "https://app.example.com", "https://APP.example.com", "http://app.example.com:3000", "http://localhost.",
            "http://localhost.:3000", "https://app.example.com.", "http://app.example.com.:3000",
            "https://rooted.example:8443", "https://rooted.example.:8443", "https://ported.example",
            "https://app.example.com:443" })
    void loopbackAndAllowedOriginsMayCall(String origin) {
        assertThat(rules.allowsOrigin(origin)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "null", "http://evil.example", "http://localhost.evil.example",
            "http://localhost@evil.example",
            "http://evil.example/localhost", "http://localhost/x", "http://localhost?x", "ftp://localhost", "file://localhost",
            "localhost", "http://app.example.com", "https://app.example.com:444", "https://app.example.com.evil.example",
            "http://[::1", "http://127.1", "http://127.0.0.1.",
            "http://localhost..", "https://app.example.com..", "https://app.example.com.evil.example.", "http://evil.example.",
            "https://rooted.example", "http:///", "http://" })
    void otherOriginsMayNotCall(String origin) {
        assertThat(rules.allowsOrigin(origin)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = { "*", "", " ", ".", "tokens..", "tokens:8080", "http://tokens", "*.internal", "a b" })
    void malformedHostStopsTheStart(String entry) {
        assertThatThrownBy(() -> new HostRules(Set.of(entry), Set.of())).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("ALLOWED_HOSTS");
    }

    @ParameterizedTest
    @ValueSource(strings = { "*", "app.example.com", "https://app.example.com/path", "https://", "https://*.example.com",
            "https://.", "https://app.example.com..", "https://app.example.com/." })
    void malformedOriginStopsTheStart(String entry) {
        assertThatThrownBy(() -> new HostRules(Set.of(), Set.of(entry))).isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("ALLOWED_ORIGINS");
    }

    @Test
    void requestWithoutOriginMayCall() {
        assertThat(rules.allowsOrigin(null)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
            "same-origin, evil.example,     true",
            "none,        evil.example,     true",
            "NONE,        tokens.internal,  true",
            "cross-site,  localhost,        false",
            "Cross-Site,  tokens.internal,  false",
            "same-site,   localhost:9090,   true",
            "same-site,   LOCALHOST.,       true",
            "same-site,   127.0.0.1:9090,   true",
            "same-site,   [::1],            true",
            "same-site,   tokens.internal,  false",
            "same-site,   ,                 false",
            "'',          localhost,        false",
            "unknown,     localhost,        false",
            "'same-origin, cross-site', localhost, false",
    })
    void requestWithoutOriginIsDecidedBySecFetchSite(String site, String host, boolean allowed) {
        assertThat(rules.allowsSite(site, host)).isEqualTo(allowed);
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void timeIsLinearInTheLengthOfAHeader() {
        LongText.after("", "http://", "http://[").forEach(text -> {
            assertThat(rules.servesHost(text)).isFalse();
            assertThat(rules.allowsOrigin(text)).isFalse();
        });
    }
}
