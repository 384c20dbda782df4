package dev.leantokens.settings;

import java.io.Serial;

import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * A setting that cannot be read. Not an {@link IllegalArgumentException}, whose message SmallRye Config would extend by the
 * value.
 */
final class InvalidSetting extends ConfigurationException {

    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message names the setting and says what is wrong, without the value */
    InvalidSetting(String message) {
        super(message);
    }

    /** Without the class: SmallRye Config lists invalid settings by this text. */
    @Override
    public String toString() {
        return getMessage();
    }
}
