package dev.leantokens.lean;

import static dev.leantokens.settings.SettingRule.require;

import java.util.Optional;

import dev.leantokens.settings.ProxyAddress;
import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * The forward proxy for calls to Lean.
 *
 * @param username the name to authenticate with; empty if the proxy requires none
 * @param password the password for the name
 */
record LeanProxy(String host, int port, Optional<String> username, Optional<String> password) {

    /**
     * @throws ConfigurationException if the settings are invalid; the message is for an operator and quotes no value, since
     *         each could be a misplaced password
     */
    static Optional<LeanProxy> of(LeanConfig config) {
        require(config.proxyUsername().isPresent() == config.proxyPassword().isPresent(),
                "LEAN_PROXY_USERNAME and LEAN_PROXY_PASSWORD belong together: set both or neither");
        require(config.proxyUrl().isPresent() || config.proxyUsername().isEmpty(),
                "LEAN_PROXY_USERNAME is set without LEAN_PROXY_URL");
        return config.proxyUrl().map(text -> {
            Optional<ProxyAddress> address = ProxyAddress.parse(text);
            require(address.isPresent(), "LEAN_PROXY_URL must be http://host:port; "
                    + "set the name and password as LEAN_PROXY_USERNAME and LEAN_PROXY_PASSWORD");
            return new LeanProxy(address.get().host(), address.get().port(), config.proxyUsername(),
                    config.proxyPassword());
        });
    }

    /** Leaves out the name and the password. */
    @Override
    public String toString() {
        return "LeanProxy[port=" + port + "]";
    }
}
