package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.access.CertificatePattern.Names;

class CertificatePatternTest {

    private static boolean matchesUri(String pattern, String... uris) {
        return CertificatePattern.parse(pattern).matches(new Names(List.of(uris), List.of()));
    }

    private static boolean matchesHost(String pattern, String... hosts) {
        return CertificatePattern.parse(pattern).matches(new Names(List.of(), List.of(hosts)));
    }

    @ParameterizedTest
    @CsvSource({
            "spiffe://prod/ns/payments/sa/web, spiffe://prod/ns/payments/sa/web",
            "spiffe://prod/ns/payments/*,      spiffe://prod/ns/payments/web",
            "spiffe://prod/ns/payments/sa/web-*, spiffe://prod/ns/payments/sa/web-1",
            "spiffe://prod/ns/*/sa/*,          spiffe://prod/ns/payments/sa/web",
            "spiffe://prod/ns/*-v*-x,          spiffe://prod/ns/a-v1-x-v2-x",
            "spiffe://prod/ns/payments/**,     spiffe://prod/ns/payments/sa/web",
            "spiffe://prod/**/web,             spiffe://prod/ns/web/sa/web",
            "spiffe://prod/**/sa/*,            spiffe://prod/a/sa/b/sa/c",
            "spiffe://prod.example.org/**,     spiffe://prod.example.org/A_b.c-1",
    })
    void spiffeIdMatches(String pattern, String uri) {
        assertThat(matchesUri(pattern, uri)).isTrue();
    }

    /** The pattern is {@code spiffe://prod/ns/payments/*} for all. */
    @ParameterizedTest
    @ValueSource(strings = { "spiffe://prod.evil/ns/payments/web", "spiffe://evil.prod/ns/payments/web",
            "spiffe://prod@evil/ns/payments/web", "spiffe://evil@prod/ns/payments/web", "spiffe://prod:443/ns/payments/web",
            "spiffe://prod/ns/payments", "spiffe://prod/ns/payments/", "spiffe://prod/ns/payments//",
            "spiffe://prod/ns/payments/sa/web", "spiffe://prod/ns/payments/../x", "spiffe://prod/ns/payments/..",
            "spiffe://prod/ns/payments/.", "spiffe://prod/ns/payments/./web", "spiffe://prod/ns/other/../payments/web",
            "spiffe://prod/ns/payments/%77eb", "spiffe://prod/ns/payments/a%2Fb", "spiffe://prod/ns/payments/%2e%2e",
            "spiffe://prod/ns/payments/%00", "spiffe://prod/ns/payments/web%", "spiffe://prod/ns%2Fpayments/web",
            "SPIFFE://prod/ns/payments/web", "spiffe://PROD/ns/payments/web", "spiffe://prod/NS/payments/web",
            "spiffe://prod./ns/payments/web", "spiffe://prod/ns/payments/web?a", "spiffe://prod/ns/payments/web#a",
            "spiffe://prod/ns/payments/*", "spiffe://prod/ns/payments/web ", " spiffe://prod/ns/payments/web",
            "spiffe://prod/ns/payments/web\n", "spiffe://prod/ns/payments/web\0", "spiffe://prod/ns/payments/\u0435",
            "spiffe:///ns/payments/web", "spiffe://*/ns/payments/web", "spiffe:/prod/ns/payments/web",
            "https://prod/ns/payments/web", "spiffe://prod", "spiffe://", "prod/ns/payments/web", "" })
    void lookAlikeOfASpiffeIdMatchesNothing(String uri) {
        assertThat(matchesUri("spiffe://prod/ns/payments/*", uri)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = { "spiffe://prod/../x", "spiffe://prod/ns/payments/../../x", "spiffe://prod/ns//x",
            "spiffe://prod/ns/a%2fb", "spiffe://prod/ns/x/", "spiffe://prod/", "spiffe://prod.evil/ns/x" })
    void doubleWildcardDoesNotAdmitAMalformedId(String uri) {
        assertThat(matchesUri("spiffe://prod/**", uri)).isFalse();
    }

    @Test
    void certificateWithSeveralUrisHasNoSpiffeId() {
        String uri = "spiffe://prod/ns/payments/web";

        assertThat(matchesUri("spiffe://prod/ns/payments/*", uri)).isTrue();
        assertThat(matchesUri("spiffe://prod/ns/payments/*", uri, uri)).isFalse();
        assertThat(matchesUri("spiffe://prod/ns/payments/*", uri, "https://example.com")).isFalse();
        assertThat(matchesUri("spiffe://prod/ns/payments/*", Collections.nCopies(1000, uri).toArray(String[]::new))).isFalse();
    }

    @Test
    void longIdIsNotCompared() {
        String longest = "spiffe://prod/" + "a".repeat(2048 - "spiffe://prod/".length());

        assertThat(matchesUri("spiffe://prod/*", longest)).isTrue();
        assertThat(matchesUri("spiffe://prod/*", longest + "a")).isFalse();
        assertThat(matchesUri("spiffe://prod/**/x", "spiffe://prod" + "/a".repeat(1016) + "/x")).isTrue();
        assertThat(matchesUri("spiffe://prod/" + "**a".repeat(600) + "b", longest)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
            "payments.example.com,   payments.example.com",
            "payments.example.com,   PayMents.EXAMPLE.com",
            "Payments.Example.Com,   payments.example.com",
            "*.payments.example.com, web.payments.example.com",
            "web.*.example.com,      web.payments.example.com",
            "*.*.example.com,        web.payments.example.com",
            "localhost,              localhost",
            "web_1.payments,         web_1.payments",
            "xn--bcher-kva.example,  xn--bcher-kva.example",
            "xn--bcher-kva.example,  XN--BCHER-KVA.example",
    })
    void dnsNameMatches(String pattern, String host) {
        assertThat(matchesHost(pattern, host)).isTrue();
        assertThat(matchesHost(pattern, "other.example.com", host)).isTrue();
    }

    /** The pattern is {@code *.payments.example} for all. */
    @ParameterizedTest
    @ValueSource(strings = { "*.payments.example", "payments.example", ".payments.example", "a.b.payments.example",
            "web.payments.example.", "web.payments.example.evil.com", "web.payments.example\0.evil.com",
            "web.payments\0.example",
            "web\0.payments.example", "web.payments.example ", " web.payments.example", "web.payments.example\n",
            "web*.payments.example", "w*.payments.example", "-web.payments.example", "web-.payments.example",
            "b\u00fccher.payments.example", "web.p\u0430yments.example", "web.payments.e\u212aample",
            "web\u3002payments.example",
            "web..payments.example", "web.payments_example", "web.payments.examples", "spiffe://web.payments.example/a",
            "web.payments.example:443", "web%2epayments.example", "" })
    void lookAlikeOfADnsNameMatchesNothing(String host) {
        assertThat(matchesHost("*.payments.example", host)).isFalse();
    }

    @Test
    void internationalizedLabelIsComparedInItsEncodedForm() {
        assertThat(matchesHost("xn--bcher-kva.example", "b\u00fccher.example")).isFalse();
        assertThat(matchesHost("book.example", "boo\u212a.example")).as("the Kelvin sign").isFalse();
    }

    @Test
    void labelsAndNamesAreAsLongAsInTheDns() {
        String label = "a".repeat(63);
        String name = String.join(".", Collections.nCopies(3, label));

        assertThat(matchesHost("*.example", label + ".example")).isTrue();
        assertThat(matchesHost("*.example", label + "a.example")).isFalse();
        assertThat(matchesHost("*.*.*." + "b".repeat(61), name + "." + "b".repeat(61))).isTrue();
        assertThat(matchesHost("*.*.*." + "b".repeat(62), name + "." + "b".repeat(62))).isFalse();
    }

    @Test
    void certificateWithTooManyNamesMatchesNothing() {
        String[] hosts = Collections.nCopies(1000, "a.example").toArray(String[]::new);
        hosts[999] = "payments.example";

        assertThat(matchesHost("payments.example", hosts)).isFalse();
        hosts = Stream.of(hosts).skip(1000 - CertificatePattern.MAX_NAMES).toArray(String[]::new);
        assertThat(matchesHost("payments.example", hosts)).isTrue();
    }

    @Test
    void namesOfTheOtherTypeAreNotCompared() {
        assertThat(matchesUri("payments.example", "payments.example")).isFalse();
        assertThat(matchesUri("payments.example", "https://payments.example")).isFalse();
        assertThat(matchesHost("spiffe://prod/web", "spiffe://prod/web")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "spiffe://", "spiffe://prod", "spiffe://prod/", "spiffe://Prod/web", "spiffe://*/web",
            "spiffe://prod*/web", "SPIFFE://prod/web", "spiffe://prod/web/", "spiffe://prod//web", "spiffe://prod/../web",
            "spiffe://prod/./web", "spiffe://prod/%2e", "spiffe://prod/***", "spiffe://prod:443/web", "spiffe://prod/web?x",
            "spiffe://prod/a b", "https://prod/web", "uri:spiffe://prod/web", "DNS:payments.example", "*", "*.*", "payments.*",
            "pay*.example", "payments.example.", ".payments.example", "payments..example", "b\u00fccher.example",
            "-a.example", "a-.example", "192.0.2.1", "*.1", "2001:db8::1", "CN=payments", "a,b.example", "payments@example.com",
            "/CN=payments" })
    void invalidPatternIsRejected(String pattern) {
        assertThatThrownBy(() -> CertificatePattern.parse(pattern)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("is n");
    }

    @Test
    void equalPatternsAreEqual() {
        assertThat(CertificatePattern.parse("A.example")).isEqualTo(CertificatePattern.parse("a.EXAMPLE"));
        assertThat(CertificatePattern.parse("spiffe://prod/a")).isNotEqualTo(CertificatePattern.parse("spiffe://prod/A"));
    }
}
