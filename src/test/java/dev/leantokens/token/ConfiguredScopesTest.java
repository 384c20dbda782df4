package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.Settings;

class ConfiguredScopesTest {

    @AfterEach
    void unset() {
        System.clearProperty("token.scopes");
    }

    @Test
    void commandReadsTheScopesThatTheServiceWouldIssue() {
        assertThat(ConfiguredScopes.read()).map(ScopePattern::toString)
                .isEqualTo(Settings.of(TokenConfig.class).scopes().stream().map(ScopePattern::toString).toList());

        System.setProperty("token.scopes", "payments.*,api");
        assertThat(ConfiguredScopes.read()).map(ScopePattern::toString).containsExactly("payments.*", "api");
    }

    @Test
    void invalidSettingIsRefused() {
        System.setProperty("token.scopes", "api customer.*");

        assertThatThrownBy(ConfiguredScopes::read).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("TOKEN_SCOPES: ");
    }
}
