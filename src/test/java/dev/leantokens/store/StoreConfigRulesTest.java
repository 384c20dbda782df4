package dev.leantokens.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.LogLines;
import dev.leantokens.testing.Settings;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.redis.client.impl.RedisURI;

class StoreConfigRulesTest {

    private static final String KEY = "A".repeat(43);

    private static List<StoreUrl> check(String... namesAndValues) {
        return StoreConfigRules.check(Settings.of(StoreConfig.class, namesAndValues));
    }

    private static StoreUrl url(String text) {
        return StoreUrl.parse(text).get(0);
    }

    @Test
    void nothingIsSetByDefault() {
        assertThat(check()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "redis://redis:6379",
            "redis://redis",
            "rediss://redis.example.com:6380/3",
            "redis://:password@[::1]:6379/",
            "REDIS://user:password@10.0.0.1" })
    void oneAddressIsEnoughForAServer(String url) {
        assertThat(check("store.url", url, "store.key", KEY)).hasSize(1);
    }

    @Test
    void sentinelsAndClustersHaveSeveralAddresses() {
        String urls = "redis://one:1, redis://two:2";

        assertThat(check("store.url", urls, "store.key", KEY, "store.type", "cluster")).hasSize(2);
        assertThat(check("store.url", urls, "store.key", KEY, "store.type", "sentinel", "store.sentinel-master", "main"))
                .hasSize(2);
    }

    static Stream<String> broken() {
        return Stream.of(
                "STORE_URL        | store.url=redis://s3cr3t",
                "STORE_KEY        | store.key=s3cr3t",
                "STORE_KEY        | store.key-file=s3cr3t",
                "STORE_KEY_FILE   | store.url=redis://h store.key=s3cr3t store.key-file=s3cr3t",
                "STORE_TYPE       | store.type=cluster",
                "STORE_SENTINEL_MASTER | store.sentinel-master=main",
                "STORE_PASSWORD_FILE | store.password-file=s3cr3t",
                "STORE_TLS_CA | store.tls-ca=s3cr3t",
                "STORE_URL        | store.key=K store.url=http://:s3cr3t@host",
                "STORE_URL        | store.key=K store.url=s3cr3t",
                "STORE_URL        | store.key=K store.url=redis://",
                "STORE_URL        | store.key=K store.url=redis://:s3cr3t@host:0",
                "STORE_URL        | store.key=K store.url=redis://:s3cr3t@host:65536",
                "STORE_URL        | store.key=K store.url=redis://:s3cr3t@host:port",
                "STORE_URL        | store.key=K store.url=redis://:s3cr3t@host/db",
                "STORE_URL        | store.key=K store.url=redis://:s3cr3t@host?db=1",
                "STORE_URL        | store.key=K store.url=redis://s3cr3t@host",
                "STORE_URL        | store.key=K store.url=redis://:s3cr3t%zz@host",
                "STORE_URL        | store.key=K store.url=redis://a/b:s3cr3t@host",
                "STORE_URL        | store.key=K store.url=unix:///s3cr3t",
                "STORE_TYPE       | store.key=K store.url=redis://:s3cr3t@one,redis://two",
                "STORE_URL        | store.key=K store.type=cluster store.url=redis://:s3cr3t@one,redis://two",
                "STORE_URL        | store.key=K store.type=cluster store.url=redis://one,rediss://two",
                "STORE_URL        | store.key=K store.type=cluster store.url=redis://:s3cr3t@one/1",
                "STORE_SENTINEL_MASTER | store.key=K store.type=sentinel store.url=redis://:s3cr3t@one",
                "STORE_SENTINEL_MASTER | store.key=K store.sentinel-master=main store.url=redis://:s3cr3t@one",
                "STORE_PASSWORD_FILE | store.key=K store.password-file=f store.url=redis://:s3cr3t@one",
                "STORE_TLS_CA | store.key=K store.tls-ca=f store.url=redis://:s3cr3t@one",
                "STORE_PREFIX     | store.prefix=s3cr3t{}",
                "STORE_PREFIX     | store.prefix=" + "s3cr3t".repeat(20),
                "STORE_URL        | store.key=K store.url=redis://:s3cr3t@my_redis",
                "STORE_URL        | store.key=K store.url=redis://:s3cr3t@[::::1]",
                "STORE_URL        | store.key=K store.url=redis://user:@host",
                "STORE_TIMEOUT    | store.timeout=50",
                "STORE_LEASE      | store.lease=20m",
                "STORE_CLOCK_TOLERANCE | store.clock-tolerance=5d",
                "STORE_TIMEOUT    | store.timeout=0s",
                "STORE_LEASE      | store.lease=0s",
                "STORE_CLOCK_TOLERANCE | store.clock-tolerance=-1s");
    }

    @ParameterizedTest
    @MethodSource("broken")
    void brokenRulePreventsStartAndIsNamedWithoutItsValue(String rule) {
        String variable = rule.substring(0, rule.indexOf(' '));
        String[] settings = Arrays.stream(rule.substring(rule.indexOf('|') + 1).strip().split(" "))
                .flatMap(setting -> Arrays.stream(setting.split("=", 2))).toArray(String[]::new);

        assertThatThrownBy(() -> check(settings)).isInstanceOf(ConfigurationException.class).hasMessageContaining(variable)
                .hasMessageNotContaining("s3cr3t").hasNoCause();
    }

    @ParameterizedTest
    @ValueSource(strings = { "pa$$w0rd", "p@ss", "a/b", "a?b#c", "a:b", "a+b", "a,b", "a b", "caf\u00e9", "a,redis:b" })
    void passwordIsTakenAsItIs(String password) {
        assertThat(url("redis://:" + password + "@host:1").password()).contains(password);
        assertThat(url("redis://:" + password + "@host:1").host()).isEqualTo("host");
    }

    @Test
    void percentEncodingIsDecodedOnce() {
        StoreUrl url = url("rediss://user:%40%2525%2C@host/7");

        assertThat(url.password()).contains("@%25,");
        assertThat(url.user()).contains("user");
        assertThat(url.connectionString(Optional.empty())).isEqualTo("rediss://user:%40%2525%2C@host:6379/7");
    }

    @Test
    void passwordOfTheFileReplacesThatOfTheUrl() {
        assertThat(url("redis://user:@host").connectionString(Optional.of("a+b/c")))
                .isEqualTo("redis://user:a%2Bb%2Fc@host:6379");
        assertThat(url("redis://host").connectionString(Optional.of("x"))).isEqualTo("redis://:x@host:6379");
    }

    /** Vert.x would quote a URL that it cannot parse. */
    @ParameterizedTest
    @ValueSource(strings = { "host", "redis-1.example.com", "10.0.0.1", "[::1]", "[fe80::1]", "[::ffff:10.0.0.1]", "my_redis",
            "-host", "host-", "a..b", "1.2.3", "999.1.1.1", "[::::1]", "[1]", "[:]", ".", "_" })
    void hostThatIsAcceptedIsAcceptedByVertx(String host) {
        StoreUrl url;
        try {
            url = url("redis://:s3cr3t@" + host);
        } catch (ConfigurationException e) {
            return;
        }
        assertThatCode(() -> new RedisURI(url.connectionString(Optional.empty()))).doesNotThrowAnyException();
        assertThat(new RedisURI(url.connectionString(Optional.empty())).socketAddress().host()).isNotNull();
    }

    @Test
    void keysAreOneOrTwo() {
        String other = "B".repeat(43);

        assertThat(ConfiguredKeys.parse(KEY + "\n")).hasSize(1);
        assertThat(ConfiguredKeys.parse(KEY + "\n" + other + "\n")).hasSize(2);
        assertThat(ConfiguredKeys.parse(KEY + ", " + other).get(0).id()).isEqualTo(StoreKey.parse(KEY).id());
        for (String wrong : new String[] { "", " \n", KEY + "," + KEY, KEY + " " + other + " " + "C".repeat(43), "s3cr3t" }) {
            assertThatThrownBy(() -> ConfiguredKeys.parse(wrong)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("s3cr3t").hasMessageNotContaining(KEY);
        }
    }

    @Test
    void defaultsAreValidWithAStore() {
        assertThatCode(() -> check("store.url", "redis://host", "store.key-file", "/run/key")).doesNotThrowAnyException();
    }

    @Test
    void durationWithoutAUnitIsExplained() {
        assertThatThrownBy(() -> check("store.timeout", "50")).hasMessageContaining("without a unit is in seconds");
    }

    @Test
    void sentenceInsteadOfAKeyIsNotTakenForKeys() {
        assertThatThrownBy(() -> ConfiguredKeys.parse("replace it by a key"))
                .hasMessageContaining("5 words instead of one key");
    }

    @Test
    void descriptionsTellKeysApartAndNoSecrets() {
        String other = "B".repeat(43);
        String both = ConfiguredKeys.describe(ConfiguredKeys.parse(KEY + "," + other));

        assertThat(both).matches("key [0-9a-f]{8} seals, and key [0-9a-f]{8} only opens");
        assertThat(ConfiguredKeys.describe(ConfiguredKeys.parse(KEY))).isEqualTo(both.substring(0, both.indexOf(',')));
        assertThat(url("rediss://user:s3cr3t@host:1/3").address()).isEqualTo("rediss://host:1");
    }

    @Test
    void leaseThatIsShorterThanACallIsReported() {
        try (LogLines log = LogLines.of(TokenStoreProducer.class.getName())) {
            TokenStoreProducer.checkLease(Duration.ofSeconds(10), Duration.ofSeconds(10));
            assertThat(log.lines()).isEmpty();

            TokenStoreProducer.checkLease(Duration.ofSeconds(1), Duration.ofSeconds(10));
            assertThat(log.lines()).singleElement()
                    .satisfies(line -> assertThat(line.message()).contains("STORE_LEASE", "LEAN_DEADLINE"));
        }
    }
}
