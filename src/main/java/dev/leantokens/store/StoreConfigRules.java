package dev.leantokens.store;

import static dev.leantokens.settings.SettingRule.require;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

import dev.leantokens.file.CertificateFile;
import dev.leantokens.settings.SettingsCheck;
import io.quarkus.runtime.configuration.ConfigurationException;

/** The rules for the settings of this package and for the files that they name. */
@Singleton
final class StoreConfigRules implements SettingsCheck {

    /** Without braces, which choose the slot of a key in a cluster. */
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9._:-]{1,64}");

    /** A number without a unit is in seconds, so 50 would make requests wait for 50 s. */
    private static final Duration MAX_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration MAX_TOLERANCE = Duration.ofMinutes(10);
    private static final Duration MAX_LEASE = Duration.ofMinutes(5);

    private final StoreConfig config;

    StoreConfigRules(StoreConfig config) {
        this.config = config;
    }

    @Override
    public void check() {
        check(config);
        config.key().ifPresent(ConfiguredStore::parseKeys);
        config.keyFile().ifPresent(file -> SecretFile.check("STORE_KEY_FILE", file, ConfiguredKeys::parse));
        config.passwordFile().ifPresent(file -> SecretFile.check("STORE_PASSWORD_FILE", file, ConfiguredStore::parsePassword));
        config.tlsCa().ifPresent(file -> CertificateFile.check("STORE_TLS_CA", file));
    }

    /**
     * @return the addresses of Redis; empty without a store
     * @throws ConfigurationException if a rule is broken; the message is for an operator, names the variable, and quotes no
     *         value, since each could be a misplaced password or key
     */
    static List<StoreUrl> check(StoreConfig config) {
        requireUpTo("STORE_TIMEOUT", config.timeout(), MAX_TIMEOUT, "1s");
        requireUpTo("STORE_CLOCK_TOLERANCE", config.clockTolerance(), MAX_TOLERANCE, "10m");
        config.lease().ifPresent(lease -> requireUpTo("STORE_LEASE", lease, MAX_LEASE, "5m"));
        require(PREFIX.matcher(config.prefix()).matches(),
                "STORE_PREFIX must have 1 to 64 letters, digits, dots, colons, hyphens and underscores");
        require(config.key().isEmpty() || config.keyFile().isEmpty(),
                "STORE_KEY and STORE_KEY_FILE are both set: set one of them");
        boolean hasKey = config.key().isPresent() || config.keyFile().isPresent();
        if (config.url().isEmpty()) {
            checkWithoutUrl(config, hasKey);
            return List.of();
        }
        require(hasKey, "STORE_URL is set without a key: set STORE_KEY or STORE_KEY_FILE; "
                + "the command generate-store-key prints a key");
        List<StoreUrl> urls = StoreUrl.parse(config.url().get());
        checkAddresses(config, urls);
        return urls;
    }

    /** Settings without effect would mislead readers of the configuration. */
    private static void checkWithoutUrl(StoreConfig config, boolean hasKey) {
        require(!hasKey, "STORE_KEY or STORE_KEY_FILE is set without STORE_URL");
        require(config.type() == StoreConfig.Type.STANDALONE, "STORE_TYPE is set without STORE_URL");
        require(config.sentinelMaster().isEmpty(), "STORE_SENTINEL_MASTER is set without STORE_URL");
        require(config.passwordFile().isEmpty(), "STORE_PASSWORD_FILE is set without STORE_URL");
        require(config.tlsCa().isEmpty(), "STORE_TLS_CA is set without STORE_URL");
    }

    private static void checkAddresses(StoreConfig config, List<StoreUrl> urls) {
        StoreConfig.Type type = config.type();
        require(urls.size() == 1 || type != StoreConfig.Type.STANDALONE,
                "STORE_URL has several addresses: set STORE_TYPE to sentinel or cluster, or remove all but one");
        require(type != StoreConfig.Type.SENTINEL || config.sentinelMaster().isPresent(),
                "STORE_TYPE is sentinel: set STORE_SENTINEL_MASTER to the name of the primary server");
        require(type == StoreConfig.Type.SENTINEL || config.sentinelMaster().isEmpty(),
                "STORE_SENTINEL_MASTER is set, but STORE_TYPE is not sentinel");
        require(type != StoreConfig.Type.CLUSTER || urls.stream().allMatch(url -> url.database() == 0),
                "STORE_URL has the number of a database, but clusters have only one: remove it");
        require(haveOne(urls.stream().map(StoreUrl::encrypted)), "the addresses of STORE_URL must all start with redis://, "
                + "or all with rediss://");
        require(haveOne(urls.stream().map(StoreUrl::user)) && haveOne(urls.stream().map(StoreUrl::password))
                && haveOne(urls.stream().map(StoreUrl::database)),
                "the addresses of STORE_URL must have the same user, password and database");
        require(config.passwordFile().isEmpty() || urls.get(0).password().isEmpty(),
                "STORE_PASSWORD_FILE is set, but STORE_URL has a password, too: remove one of them");
        require(urls.get(0).user().isEmpty() || urls.get(0).password().isPresent() || config.passwordFile().isPresent(),
                "the user in STORE_URL has no password: add it behind the colon, or set STORE_PASSWORD_FILE");
        require(config.tlsCa().isEmpty() || urls.get(0).encrypted(),
                "STORE_TLS_CA is set, but STORE_URL does not start with rediss://");
    }

    private static boolean haveOne(Stream<?> values) {
        return values.distinct().count() == 1;
    }

    private static void requireUpTo(String variable, Duration value, Duration most, String mostAsConfigured) {
        require(value.compareTo(Duration.ofMillis(1)) >= 0 && value.compareTo(most) <= 0,
                variable + " must be from 1ms to " + mostAsConfigured
                        + "; a number without a unit is in seconds");
    }
}
