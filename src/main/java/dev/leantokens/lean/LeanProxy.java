package dev.leantokens.lean;

import static dev.leantokens.settings.SettingRule.HIGHEST_PORT;
import static dev.leantokens.settings.SettingRule.require;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * A proxy on the way to Lean.
 *
 * @param username the name that it wants; empty if it wants none
 * @param password the password that belongs to it
 */
record LeanProxy(String host, int port, Optional<String> username, Optional<String> password) {

    private static final Pattern URL = Pattern.compile("(?i)http://([a-z0-9._-]+|\\[[0-9a-f:.]+]):(\\d{1,5})/?");

    /**
     * @throws ConfigurationException if the settings are none; the message is for an operator and has no value, since any
     *         can be a password in the wrong place
     */
    static Optional<LeanProxy> of(LeanConfig config) {
        require(config.proxyUsername().isPresent() == config.proxyPassword().isPresent(),
                "LEAN_PROXY_USERNAME and LEAN_PROXY_PASSWORD belong together: set both or none");
        require(config.proxyUrl().isPresent() || config.proxyUsername().isEmpty(),
                "LEAN_PROXY_USERNAME is set without LEAN_PROXY_URL");
        return config.proxyUrl().map(text -> {
            Matcher url = URL.matcher(text.strip());
            require(url.matches() && isPort(Integer.parseInt(url.group(2))), "LEAN_PROXY_URL must be http://host:port; "
                    + "a name and its password are LEAN_PROXY_USERNAME and LEAN_PROXY_PASSWORD");
            return new LeanProxy(url.group(1), Integer.parseInt(url.group(2)), config.proxyUsername(), config.proxyPassword());
        });
    }

    private static boolean isPort(int number) {
        return number > 0 && number <= HIGHEST_PORT;
    }

    /** Neither name nor password. */
    @Override
    public String toString() {
        return "LeanProxy[port=" + port + "]";
    }
}
