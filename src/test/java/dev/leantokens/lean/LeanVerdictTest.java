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

    private ServiceClient current = new ServiceClient("service", 1);
    private final LeanVerdict verdict = new LeanVerdict(() -> Optional.of(current), Settings.of(LeanConfig.class));

    @Test
    void lastCallDecides() {
        assertThat(verdict.opinion()).isEqualTo(Opinion.UNKNOWN);
        verdict.refused(current, API);
        assertThat(verdict.opinion()).isEqualTo(Opinion.REFUSED);
        verdict.accepted(current, CUSTOMER);
        assertThat(verdict.opinion()).isEqualTo(Opinion.ACCEPTED);
        verdict.refused(current, CUSTOMER);
        assertThat(verdict.opinion()).isEqualTo(Opinion.REFUSED);
    }

    @Test
    void refusalOfOneCustomersScopeSaysNothingOfCredentialsThatAreAccepted() {
        verdict.accepted(current, API);
        verdict.refused(current, CUSTOMER);

        assertThat(verdict.opinion()).isEqualTo(Opinion.ACCEPTED);
    }

    @Test
    void refusalOfOneCustomersScopeSaysNothingOfCredentialsBeforeAnyWereAccepted() {
        verdict.refused(current, CUSTOMER);

        assertThat(verdict.opinion()).isEqualTo(Opinion.UNKNOWN);
    }

    @Test
    void refusalOfApiIsOfTheCredentials() {
        verdict.accepted(current, CUSTOMER);
        verdict.refused(current, API);

        assertThat(verdict.opinion()).isEqualTo(Opinion.REFUSED);
    }

    @Test
    void newCredentialsStandForThemselves() {
        verdict.accepted(current, API);
        current = new ServiceClient("service", 2);
        assertThat(verdict.opinion()).isEqualTo(Opinion.UNKNOWN);

        verdict.refused(current, CUSTOMER);
        assertThat(verdict.opinion()).isEqualTo(Opinion.UNKNOWN);
        verdict.refused(current, API);

        assertThat(verdict.opinion()).isEqualTo(Opinion.REFUSED);
    }
}
