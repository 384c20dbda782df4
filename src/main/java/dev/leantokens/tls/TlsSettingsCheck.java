package dev.leantokens.tls;

import static dev.leantokens.settings.SettingRule.require;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.config.Config;

import dev.leantokens.settings.SettingsCheck;
import io.smallrye.config.Expressions;

/** Refuses short settings that could not be translated for the registry. */
@Singleton
final class TlsSettingsCheck implements SettingsCheck {

    private final Config settings;

    TlsSettingsCheck(Config settings) {
        this.settings = settings;
    }

    @Override
    public void check() {
        // The message can quote a file name with a dollar sign.
        String problem = Expressions.withoutExpansion(
                () -> settings.getConfigValue(TlsShorthandConfigSourceFactory.PROBLEM).getRawValue());
        require(problem == null, problem);
    }
}
