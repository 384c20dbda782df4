package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.access.Exposure.Audience;
import dev.leantokens.access.Exposure.Tokens;

class ExposureTest {

    @Test
    void lineHasAddressTransportAndAudience() {
        assertThat(
                new Exposure("0.0.0.0", false, false, Tokens.REAL,
                        new Audience(false, List.of("2 local clients", "others"))).line())
                .isEqualTo("Tokens are served at 0.0.0.0, without TLS, to 2 local clients; others");
        assertThat(new Exposure("127.0.0.1", true, false, Tokens.REAL, new Audience(false, List.of())).line())
                .isEqualTo("Tokens are served at 127.0.0.1, over TLS, to no caller");
        assertThat(new Exposure("0.0.0.0", true, true, Tokens.REAL, new Audience(true, List.of("everyone"))).line())
                .isEqualTo("Tokens are served at 0.0.0.0, over TLS to callers with a certificate, to everyone");
    }

    @Test
    void withoutServiceCredentialsTheLineDoesNotSayThatTokensAreServed() {
        Exposure some = new Exposure("0.0.0.0", false, false, Tokens.INCOMPLETE, new Audience(false, List.of("group")));
        Exposure none = new Exposure("0.0.0.0", false, false, Tokens.INCOMPLETE, new Audience(false, List.of()));

        assertThat(some.isIncomplete()).isTrue();
        assertThat(some.line()).startsWith("LEAN_CLIENT_ID is not set, so no token is issued at 0.0.0.0, without TLS, "
                + "except to group: set LEAN_CLIENT_ID and LEAN_CLIENT_SECRET");
        assertThat(none.line()).startsWith("LEAN_CLIENT_ID is not set, so no token is issued at 0.0.0.0, without TLS: set");
        assertThat(none.warnings()).as("the line is the warning").isEmpty();
    }

    @Test
    void tokensOfTheStandInNeedNoWarning() {
        Exposure exposure = new Exposure("0.0.0.0", false, false, Tokens.STAND_IN, new Audience(true, List.of("everyone")));

        assertThat(exposure.line()).isEqualTo("Tokens of the stand-in are served at 0.0.0.0, without TLS, to everyone");
        assertThat(exposure.isIncomplete()).isFalse();
        assertThat(exposure.warnings()).isEmpty();
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
    void anonymousCallersOnOtherMachinesAreAWarningUnlessACertificateIsRequired(String host, boolean encrypted,
            boolean certified,
            boolean everyone, boolean risky) {
        Exposure exposure = new Exposure(host, encrypted, certified, Tokens.REAL, new Audience(everyone, List.of("group")));

        assertThat(exposure.warnings()).hasSize(risky ? 1 : 0).allMatch(line -> line.contains("ACCESS_ANONYMOUS=always"));
    }

    @Test
    void serviceWithoutAudienceIsAWarning() {
        assertThat(new Exposure("0.0.0.0", false, false, Tokens.REAL, new Audience(false, List.of())).warnings())
                .singleElement().asString()
                .startsWith("No caller gets a token");
    }
}
