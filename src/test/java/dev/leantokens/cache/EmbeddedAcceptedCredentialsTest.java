package dev.leantokens.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import dev.leantokens.testing.CaffeineClasses;
import dev.leantokens.testing.TestClock;
import dev.leantokens.token.AcceptedCredentials.Acceptance;
import dev.leantokens.token.Scope;
import io.quarkus.runtime.annotations.RegisterForReflection;

class EmbeddedAcceptedCredentialsTest {

    private static final Scope API = new Scope("api");
    private static final Scope CUSTOMER = new Scope("customer.42");

    private final TestClock clock = new TestClock();
    private final EmbeddedAcceptedCredentials accepted = new EmbeddedAcceptedCredentials(clock);

    @Test
    void onlyATokenFromLeanMakesCredentialsAccepted() {
        assertThat(accepted.of("credentials", API)).isEqualTo(Acceptance.NONE);

        accepted.accept("credentials", API);

        assertThat(accepted.of("credentials", API)).isEqualTo(new Acceptance(true, true));
        assertThat(accepted.of("credentials", CUSTOMER)).isEqualTo(new Acceptance(true, false));
        assertThat(accepted.of("others", API)).isEqualTo(Acceptance.NONE);
    }

    @Test
    void refusalHoldsForAllScopesUntilOneIsAccepted() {
        assertThat(accepted.refuse("credentials")).isTrue();

        accepted.accept("credentials", API);

        assertThat(accepted.refuse("credentials")).isFalse();
        assertThat(accepted.refuse("credentials")).isFalse();
    }

    @Test
    void refusedCredentialsAreNotAcceptedUntilTheirNextToken() {
        accepted.accept("credentials", API);
        accepted.refuse("credentials");
        assertThat(accepted.of("credentials", API)).isEqualTo(new Acceptance(false, true));

        accepted.accept("credentials", CUSTOMER);

        assertThat(accepted.of("credentials", API)).isEqualTo(new Acceptance(true, true));
    }

    @Test
    void acceptanceExpiresADayAfterTheLastTokenDespiteRefusals() {
        accepted.accept("credentials", API);
        clock.advance(Duration.ofHours(23));
        accepted.refuse("credentials");
        assertThat(accepted.of("credentials", API).scope()).isTrue();

        clock.advance(Duration.ofHours(1));

        assertThat(accepted.of("credentials", API)).isEqualTo(Acceptance.NONE);
        assertThat(accepted.refuse("credentials")).isTrue();
    }

    @Test
    void memoryIsBounded() {
        for (int i = 0; i < 100_000; i++) {
            accepted.accept("credentials" + i, API);
            accepted.accept("credentials", new Scope("customer." + i));
        }

        assertThat(CaffeineClasses.cachesOf(accepted)).hasSize(2)
                .allSatisfy(each -> assertThat(each.estimatedSize()).isLessThan(10_100));
    }

    /** A native executable includes only the classes of Caffeine that are registered. */
    @Test
    void classesThatCaffeineLoadsByNameAreRegistered() {
        assertThat(EmbeddedAcceptedCredentials.class.getAnnotation(RegisterForReflection.class).classNames())
                .containsExactlyInAnyOrderElementsOf(CaffeineClasses.usedBy(accepted));
    }
}
