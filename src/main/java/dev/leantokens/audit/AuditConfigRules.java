package dev.leantokens.audit;

import static dev.leantokens.settings.SettingRule.require;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

import jakarta.inject.Singleton;

import dev.leantokens.audit.AuditConfig.Customers;
import dev.leantokens.file.FileWatch;
import dev.leantokens.settings.SettingsCheck;
import io.quarkus.runtime.configuration.ConfigurationException;

/** The rules for the settings of this package. */
@Singleton
final class AuditConfigRules implements SettingsCheck {

    static final String STDOUT = "stdout";
    static final String CATEGORY = "log";

    private static final int KEY_LENGTH = 32;

    private final AuditConfig config;

    AuditConfigRules(AuditConfig config) {
        this.config = config;
    }

    @Override
    public void check() {
        check(config);
    }

    /** @throws ConfigurationException if a rule is broken; the message is for an operator and names the variable */
    static void check(AuditConfig config) {
        require(config.key().isEmpty() || config.keyFile().isEmpty(), "set either AUDIT_KEY or AUDIT_KEY_FILE, not both");
        String key = config.key().isPresent() ? "AUDIT_KEY" : "AUDIT_KEY_FILE";
        boolean hasKey = config.key().isPresent() || config.keyFile().isPresent();
        if (config.log().isEmpty()) {
            // Settings without effect would mislead readers of the configuration.
            require(!config.required(), "AUDIT_REQUIRED=true needs AUDIT_LOG, which says where the audit is written");
            require(!hasKey, key + " is set without AUDIT_LOG, which says where the audit is written");
            require(config.customers() == Customers.PSEUDONYM,
                    "AUDIT_CUSTOMERS is set without AUDIT_LOG, which says where the audit is written");
            return;
        }
        String place = config.log().get().strip();
        require(!place.equals(CATEGORY) || !config.required(),
                "AUDIT_REQUIRED=true needs AUDIT_LOG=stdout or a file: a log category does not say what was written");
        // Not the working directory, which depends on how the service was started.
        require(place.equals(STDOUT) || place.equals(CATEGORY) || place.startsWith("/") && isFile(Path.of(place)),
                "AUDIT_LOG must be stdout, log, or the absolute path of a file, without ..");
        key(config);
    }

    private static boolean isFile(Path path) {
        return path.getFileName() != null && path.equals(path.normalize());
    }

    /** @return the key of the pseudonyms; empty if none is set */
    static Optional<byte[]> key(AuditConfig config) {
        String setting = config.key().isPresent() ? "AUDIT_KEY" : "AUDIT_KEY_FILE";
        Optional<String> key = config.key().or(() -> config.keyFile().map(AuditConfigRules::read)).map(String::strip);
        key.ifPresent(text -> require(text.length() >= KEY_LENGTH,
                setting + " must have at least " + KEY_LENGTH + " characters: openssl rand -base64 32 prints one"));
        return key.map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    private static String read(Path file) {
        try {
            return FileWatch.read(file);
        } catch (IOException e) {
            throw new ConfigurationException(FileWatch.describe("AUDIT_KEY_FILE", file, e));
        }
    }
}
