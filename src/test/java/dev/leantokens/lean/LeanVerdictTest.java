package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.leantokens.lean.LeanVerdict.Opinion;
import dev.leantokens.testing.Settings;
import dev.leantokens.token.Scope;
import dev.leantokens.token.ServiceCredentials.ServiceClient;

class LeanVerdictTest {

    private static final Scope API = new Scope("api");
    private static final Scope CUSTOMER = new Scope("customer.42");

    private ServiceClient current = ServiceClient.of("service", "secret");
    private final LeanVerdict verdict = new LeanVerdict(() -> Optional.of(current), Settings.of(LeanConfig.class));

    @Test
    void lastCallDecides() {
        assertThat(verdict.opinion()).isEqualTo(Opinion.UNKNOWN);
        verdict.recordRefusal(current, API);
        assertThat(verdict.opinion()).isEqualTo(Opinion.REFUSED);
        verdict.recordAcceptance(current, CUSTOMER);
        assertThat(verdict.opinion()).isEqualTo(Opinion.ACCEPTED);
        verdict.recordRefusal(current, CUSTOMER);
        assertThat(verdict.opinion()).isEqualTo(Opinion.REFUSED);
    }

    @Test
    void refusalOfACustomersScopeIsNoVerdictOnAcceptedCredentials() {
        verdict.recordAcceptance(current, API);
        verdict.recordRefusal(current, CUSTOMER);

        assertThat(verdict.opinion()).isEqualTo(Opinion.ACCEPTED);
    }

    @Test
    void refusalOfACustomersScopeIsNoVerdictOnUnknownCredentials() {
        verdict.recordRefusal(current, CUSTOMER);

        assertThat(verdict.opinion()).isEqualTo(Opinion.UNKNOWN);
    }

    @Test
    void refusalOfApiIsAVerdictOnTheCredentials() {
        verdict.recordAcceptance(current, CUSTOMER);
        verdict.recordRefusal(current, API);

        assertThat(verdict.opinion()).isEqualTo(Opinion.REFUSED);
    }

    @Test
    void verdictDoesNotHoldForNewCredentials() {
        verdict.recordAcceptance(current, API);
        current = ServiceClient.of("service", "rotated");
        assertThat(verdict.opinion()).isEqualTo(Opinion.UNKNOWN);

        verdict.recordRefusal(current, CUSTOMER);
        assertThat(verdict.opinion()).isEqualTo(Opinion.UNKNOWN);
        verdict.recordRefusal(current, API);

        assertThat(verdict.opinion()).isEqualTo(Opinion.REFUSED);
    }
}
