package dev.leantokens.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.access.Audience;

class ExposureTest {

    @Test
    void lineSaysWhereHowAndToWhom() {
        assertThat(
                new Exposure("0.0.0.0", false, false, new Audience(false, List.of("2 local clients", "someone else"))).line())
                .isEqualTo("Tokens are served at 0.0.0.0, without TLS, to 2 local clients; someone else");
        assertThat(new Exposure("127.0.0.1", true, false, new Audience(false, List.of())).line())
                .isEqualTo("Tokens are served at 127.0.0.1, by TLS, to nobody");
        assertThat(new Exposure("0.0.0.0", true, true, new Audience(true, List.of("everyone"))).line())
                .isEqualTo("Tokens are served at 0.0.0.0, by TLS to callers with a certificate, to everyone");
    }

    @ParameterizedTest
    @CsvSource({
            "0.0.0.0,   false, false, true,  true",
            "::,        false, false, true,  true",
            "10.0.0.1,  false, false, true,  true",
            "0.0.0.0,   true,  false, true,  true",
            "0.0.0.0,   true,  true,  true,  false",
            "0.0.0.0,   false, false, false, false",
            "127.0.0.1, false, false, true,  false",
            "localhost, false, false, true,  false",
            "::1,       false, false, true,  false",
    })
    void everyoneFromElsewhereIsARiskUnlessACertificateIsRequired(String host, boolean encrypted, boolean certified,
            boolean everyone, boolean risky) {
        Exposure exposure = new Exposure(host, encrypted, certified, new Audience(everyone, List.of("somebody")));

        assertThat(exposure.warnings()).hasSize(risky ? 1 : 0).allMatch(line -> line.contains("ACCESS_ANONYMOUS=always"));
    }

    @Test
    void serviceThatServesNobodyIsAMistake() {
        assertThat(new Exposure("0.0.0.0", false, false, new Audience(false, List.of())).warnings()).singleElement().asString()
                .startsWith("Nobody gets a token");
    }
}
