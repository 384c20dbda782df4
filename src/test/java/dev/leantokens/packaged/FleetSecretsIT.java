package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.packaged.SteadyLoad.Answer;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.RedisConnection;
import dev.leantokens.testing.RedisServer;
import dev.leantokens.testing.TokenResponses;
import io.vertx.core.json.JsonObject;

/** What those learn that can read Redis, and what those can do that can write it. */
class FleetSecretsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String CUSTOMER = "2b1f7a64-9d0e-4c35-8a27-6f5e4d3c2b1a";
    private static final int FLIPS = Integer.getInteger("fleet.flips", 300);
    private static final int SWAPS = 100;

    private final LeanStub lean = new LeanStub();
    private final RedisServer redis = RedisServer.start("--rdbcompression", "no");
    private final Random random = new Random(24);

    @BeforeEach
    void start() {
        lean.start();
        lean.givesTokensOfTheirOwn(3600);
    }

    @AfterEach
    void stop() {
        lean.stop();
        redis.close();
    }

    @Test
    void neitherADumpNorTheCommandsTellASecret() throws IOException {
        List<String> commands = new CopyOnWriteArrayList<>();
        List<String> secrets = new ArrayList<>(List.of(LeanStub.CLIENT_ID, LeanStub.CLIENT_SECRET, LeanStub.CALLERS_ID,
                LeanStub.CALLERS_SECRET, CUSTOMER, "customer." + CUSTOMER));
        try (RedisConnection monitor = redis.connect();
                Fleet fleet = Fleet.with(redis, lean).start(2)) {
            monitor.send("MONITOR");
            Thread reader = new Thread(() -> readAll(monitor, commands));
            reader.setDaemon(true);
            reader.start();
            for (PackagedApplication replica : fleet.replicas()) {
                for (String body : List.of("{\"scope\":\"api\"}", "{\"scope\":\"customer." + CUSTOMER + "\"}",
                        callers("api"), callers("customer." + CUSTOMER))) {
                    secrets.add(new JsonObject(post(replica, body).body()).getString("access_token"));
                }
            }
            lean.answers(401, "{\"error\":\"invalid_client\",\"error_description\":\"" + LeanStub.CLIENT_SECRET + "\"}");
            assertThat(post(fleet.replica(0), callers("customer.other")).status()).isNotEqualTo(200);
            assertThat(fleet.run("forget", "--customer", CUSTOMER).exitCode()).isZero();
            assertThat(fleet.run("forget", "--client", LeanStub.CLIENT_ID).exitCode()).isZero();
            await().atMost(PATIENCE).until(() -> commands.stream().anyMatch(line -> line.contains("\"PUBLISH\"")));

            assertThat(secrets).hasSize(14).doesNotContainNull();
            String dump = dump();
            String seen = String.join("\n", commands);
            assertThat(seen).containsIgnoringCase("evalsha").contains("lean-tokens");
            assertThat(dump).contains("lean-tokens");
            for (String secret : secrets) {
                for (String form : forms(secret)) {
                    assertThat(dump.contains(form)).as("dump has " + form).isFalse();
                    assertThat(seen.contains(form)).as("commands have " + form).isFalse();
                }
            }
            // What the search would find.
            try (RedisConnection writer = redis.connect()) {
                forms(CUSTOMER).forEach(form -> writer.send("SET", "key of " + form, form));
            }
            String withSecrets = dump();
            assertThat(forms(CUSTOMER)).allMatch(withSecrets::contains);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(forms(CUSTOMER)).allMatch(String.join("\n", commands)::contains));
            assertThat(fleet.logs()).doesNotContain(secrets);
        }
    }

    private static void readAll(RedisConnection monitor, List<String> commands) {
        try {
            for (;;) {
                commands.add(monitor.read().toString());
            }
        } catch (IOException e) {
            // The test closes the connection.
        }
    }

    private String dump() throws IOException {
        try (RedisConnection connection = redis.connect()) {
            connection.send("SAVE");
        }
        return Files.readString(redis.folder().resolve("dump.rdb"), StandardCharsets.ISO_8859_1);
    }

    /** @return the text in each form in which it could be recognized */
    private static List<String> forms(String text) {
        List<String> forms = new ArrayList<>();
        for (String plain : List.of(text, new StringBuilder(text).reverse().toString())) {
            byte[] bytes = plain.getBytes(StandardCharsets.UTF_8);
            forms.addAll(List.of(plain, plain.toUpperCase(Locale.ROOT), plain.replace("-", ""),
                    HexFormat.of().formatHex(bytes), HexFormat.of().withUpperCase().formatHex(bytes)));
            for (int shift = 0; shift < 3; shift++) {
                // As part of a longer text, without the characters that its neighbours affect.
                byte[] shifted = new byte[shift + bytes.length];
                System.arraycopy(bytes, 0, shifted, shift, bytes.length);
                Stream.of(Base64.getEncoder(), Base64.getUrlEncoder()).map(encoder -> encoder.encodeToString(shifted))
                        .map(encoded -> encoded.substring(4, encoded.length() - 4)).forEach(forms::add);
            }
        }
        return forms.stream().distinct().toList();
    }

    private static String callers(String scope) {
        return "{\"scope\":\"%s\",\"client_id\":\"%s\",\"client_secret\":\"%s\"}".formatted(scope, LeanStub.CALLERS_ID,
                LeanStub.CALLERS_SECRET);
    }

    private static RawHttp.Response post(PackagedApplication replica, String body) {
        return RawHttp.post(RawHttp.LOOPBACK, replica.port(), "/v1/oauth2/token", "application/json", body);
    }

    @Test
    void changedAndSwappedEntriesAreMisses() {
        try (Fleet fleet = Fleet.with(redis, lean, "LEAN_REQUESTS_PER_MINUTE", "100000").start(2);
                RedisConnection writer = redis.connect()) {
            int customers = FLIPS + SWAPS;
            requestAll(fleet.replica(0), customers);
            assertThat(lean.requests()).hasSize(customers);
            List<String> keys = entries(writer);
            assertThat(keys).hasSize(customers);
            Collections.shuffle(keys, random);
            keys.subList(0, FLIPS).forEach(key -> flipABit(writer, key));
            IntStream.range(0, SWAPS / 2).forEach(pair -> swap(writer, keys.get(FLIPS + 2 * pair),
                    keys.get(FLIPS + 2 * pair + 1)));

            requestAll(fleet.replica(1), customers);

            assertThat(lean.requests()).hasSize(2 * customers);
            for (PackagedApplication replica : fleet.replicas()) {
                assertThat(replica.linesOf("ERROR")).isEmpty();
            }
            // One line for each kind, not for each entry.
            assertThat(fleet.replica(1).linesOf("WARN")).hasSizeBetween(1, 3)
                    .allMatch(line -> line.contains("An entry in Redis"));
            assertThat(fleet.metrics()).contains("store_unusable");
        }
    }

    /** Requests the token of each customer, and checks that it is the right one. */
    private static void requestAll(PackagedApplication replica, int customers) {
        try (SteadyLoad load = SteadyLoad.of(List.of(replica.port()), 200, number -> "customer." + number % customers)) {
            await().atMost(PATIENCE).until(() -> load.answers().size() >= customers);
            List<Answer> answers = load.stop();
            assertThat(answers).allMatch(answer -> answer.status() == 200);
            assertThat(answers).allMatch(answer -> answer.token().startsWith(
                    TokenResponses.prefix(LeanStub.CLIENT_ID, LeanStub.CLIENT_SECRET, answer.scope())));
        }
    }

    private static List<String> entries(RedisConnection connection) {
        List<String> keys = new ArrayList<>();
        for (Object key : (List<?>) connection.send("KEYS", "*:t:*")) {
            keys.add(new String((byte[]) key, StandardCharsets.UTF_8));
        }
        Collections.sort(keys);
        return keys;
    }

    private void flipABit(RedisConnection writer, String key) {
        byte[] sealed = (byte[]) writer.send("HGET", key, "entry");
        int bit = random.nextInt(sealed.length * Byte.SIZE);
        sealed[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
        writer.send("HSET", key, "entry", sealed);
    }

    private static void swap(RedisConnection writer, String key, String other) {
        writer.send("RENAME", key, "swap");
        writer.send("RENAME", other, key);
        writer.send("RENAME", "swap", other);
    }
}
