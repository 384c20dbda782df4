package dev.leantokens.mcp.port;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.Settings;
import io.quarkus.runtime.configuration.ConfigurationException;

class McpConfigRulesTest {

    @Test
    void defaultsAreValid() {
        McpConfigRules.check(Settings.of(McpConfig.class));
        McpConfigRules.check(Settings.of(McpConfig.class, "mcp.max-sessions-per-caller", "1000"));
    }

    @ParameterizedTest
    @CsvSource({
            "mcp.port,                    -1,    MCP_PORT",
            "mcp.port,                    65536, MCP_PORT",
            "mcp.max-sessions,            0,     MCP_MAX_SESSIONS",
            "mcp.max-sessions-per-caller, 0,     MCP_MAX_SESSIONS_PER_CALLER",
            "mcp.max-sessions-per-caller, 1001,  MCP_MAX_SESSIONS_PER_CALLER",
    })
    void invalidSettingIsRefusedByItsName(String property, String value, String variable) {
        assertThatThrownBy(() -> McpConfigRules.check(Settings.of(McpConfig.class, property, value)))
                .isInstanceOf(ConfigurationException.class).hasMessageStartingWith(variable + " must be");
    }

    @ParameterizedTest
    @ValueSource(strings = { "999.1.1.1", "no such host", "192.0.2.1", "nothing.invalid" })
    void hostThatIsNoAddressOfThisMachineIsRefused(String host) {
        assertThatThrownBy(() -> McpConfigRules.checkHost(host)).isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("QUARKUS_HTTP_HOST must be").hasNoCause();
    }

    @ParameterizedTest
    @ValueSource(strings = { "0.0.0.0", "127.0.0.1", "127.0.0.2", "localhost" })
    void hostOfThisMachineIsAccepted(String host) {
        assertThatCode(() -> McpConfigRules.checkHost(host)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(ints = { -1, 65_536, 70_000 })
    void mainPortOutsideTheRangeIsRefused(int port) {
        assertThatThrownBy(() -> McpConfigRules.checkMainPort(port)).isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("PORT must be");
    }
}
