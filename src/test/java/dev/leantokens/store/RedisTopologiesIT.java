package dev.leantokens.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.testing.Certificates;
import dev.leantokens.testing.FreePorts;
import dev.leantokens.testing.RedisConnection;
import dev.leantokens.testing.RedisServer;
import io.vertx.core.buffer.Buffer;

/** The link with a user, TLS, Sentinel and a cluster. */
class RedisTopologiesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration TIMEOUT = Duration.ofMillis(500);
    private static final Path GUIDE = Path.of("docs/how-to/share-tokens-between-replicas.md");
    private static final Path SCRIPTS = Path.of("src/main/resources/store");
    private static final int SLOTS = 16_384;
    private static final StoreScript WRITE = StoreScript.of("test", "return redis.call('SET', KEYS[1], ARGV[1])");

    private final Links links = new Links();
    private final List<RedisServer> servers = new ArrayList<>();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        links.close();
        servers.forEach(RedisServer::close);
    }

    private RedisServer start(String... options) {
        RedisServer server = RedisServer.start(options);
        servers.add(server);
        return server;
    }

    private RedisLink link(StoreConfig.Type type, String urls, Optional<String> master, Optional<Path> authorities) {
        return links.start(new RedisClients(type, StoreUrl.parse(urls), master, authorities, Optional::empty), TIMEOUT,
                Clock.systemUTC());
    }

    private static String write(StoreLink link, String key) {
        return link.run(WRITE, List.of(key), List.of(Buffer.buffer("value")), PATIENCE).await().atMost(PATIENCE).toString();
    }

    private static void assertMessageArrives(StoreLink from, StoreLink to) throws InterruptedException {
        BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        to.addListener(new StoreLink.Listener() {

            @Override
            public void message(Buffer message) {
                messages.add(message.toString());
            }
        });
        from.send(Buffer.buffer("hello"));
        assertThat(messages.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("hello");
    }

    /** @return the words of the command in the guide that creates the user */
    private static List<String> userOfTheGuide() throws IOException {
        String guide = Files.readString(GUIDE);
        String command = guide.substring(guide.indexOf("redis-cli ACL SETUSER") + "redis-cli ".length());
        return Arrays.stream(command.substring(0, command.indexOf("```")).replace("\\\n", " ").replace("'", "").strip()
                .split("\\s+")).toList();
    }

    /** Redis 6.2, and the installed version, which also checks the commands of scripts in other ways. */
    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void userOfTheGuideMayDoWhatTheScriptsDoAndNothingElse(boolean installed) throws Exception {
        RedisServer server = installed ? startInstalled() : start();
        try (RedisConnection admin = server.connect()) {
            admin.send(userOfTheGuide().toArray());
        }
        String url = "redis://lean-tokens:change-me@127.0.0.1:" + server.port();

        RedisLink link = link(StoreConfig.Type.STANDALONE, url, Optional.empty(), Optional.empty());

        assertThat(link.isUp()).isTrue();
        assertThat(write(link, "lean-tokens:x")).isEqualTo("OK");
        assertMessageArrives(link, link);
        try (RedisConnection other = server.connect()) {
            other.send("AUTH", "lean-tokens", "change-me");
            for (List<String> command : List.of(List.of("GET", "other"), List.of("KEYS", "*"), List.of("FLUSHALL"),
                    List.of("CONFIG", "GET", "*"), List.of("PUBLISH", "other", "x"))) {
                assertThat(Optional.of(command).map(words -> error(other, words))).get().asString().contains("NOPERM");
            }
        }
    }

    private static String error(RedisConnection connection, List<String> words) {
        try {
            return "no error but " + connection.send(words.toArray());
        } catch (IllegalStateException e) {
            return e.getMessage();
        }
    }

    @Test
    void userOfTheGuideMayUseEachCommandOfTheScripts() throws IOException {
        Set<String> used = new TreeSet<>(Set.of("eval", "evalsha", "ping", "publish", "subscribe"));
        try (Stream<Path> scripts = Files.list(SCRIPTS)) {
            for (Path script : scripts.toList()) {
                Pattern.compile("call\\('([A-Z]+)'").matcher(Files.readString(script)).results()
                        .forEach(call -> used.add(call.group(1).toLowerCase(Locale.ROOT)));
            }
        }
        List<String> permitted = userOfTheGuide().stream().filter(word -> word.startsWith("+")).map(word -> word.substring(1))
                .toList();

        assertThat(permitted).containsExactlyInAnyOrderElementsOf(used);
    }

    @Test
    void userWithoutAPermissionIsReported() {
        RedisServer server = start();
        try (RedisConnection admin = server.connect()) {
            admin.send("ACL", "SETUSER", "poor", "reset", "on", ">pw", "~*", "&*", "+ping");
        }

        RedisLink link = link(StoreConfig.Type.STANDALONE, "redis://poor:pw@127.0.0.1:" + server.port(), Optional.empty(),
                Optional.empty());

        assertThat(link.isUp()).isFalse();
        assertThat(link.outage().fault()).contains(StoreFault.PERMISSION);
    }

    @Test
    void userWithoutTheChannelIsReported() {
        RedisServer server = start();
        try (RedisConnection admin = server.connect()) {
            admin.send("ACL", "SETUSER", "deaf", "reset", "on", ">pw", "~*", "resetchannels", "+@all");
        }

        RedisLink link = link(StoreConfig.Type.STANDALONE, "redis://deaf:pw@127.0.0.1:" + server.port(), Optional.empty(),
                Optional.empty());

        assertThat(link.outage().fault()).contains(StoreFault.PERMISSION);
    }

    private RedisServer startInstalled(String... options) {
        assumeThat(RedisServer.DEBIAN).as("redis-server is installed").exists();
        RedisServer server = RedisServer.start(RedisServer.DEBIAN, FreePorts.next(), options);
        servers.add(server);
        return server;
    }

    /** Starts a server with TLS at a second port. That of the Maven artifact is built without TLS. */
    private int startWithTls(Certificates.Identity identity) {
        int tlsPort = FreePorts.next();
        startInstalled("--tls-port", Integer.toString(tlsPort),
                "--tls-cert-file", Certificates.write(folder.resolve("cert.pem"), identity.certificatePem()).toString(),
                "--tls-key-file", Certificates.write(folder.resolve("key.pem"), identity.keyPem()).toString(),
                "--tls-auth-clients", "no");
        return tlsPort;
    }

    @Test
    void serverWithTlsIsVerified() throws Exception {
        Certificates.Authority authority = new Certificates.Authority("Redis CA");
        Certificates.Authority stranger = new Certificates.Authority("Other CA");
        int port = startWithTls(authority.issue("redis", "localhost"));
        Optional<Path> trusted = Optional.of(Certificates.write(folder.resolve("ca.pem"), authority.pem()));
        Optional<Path> other = Optional.of(Certificates.write(folder.resolve("other.pem"), stranger.pem()));

        RedisLink link = link(StoreConfig.Type.STANDALONE, "rediss://localhost:" + port, Optional.empty(), trusted);
        assertThat(link.isUp()).isTrue();
        assertThat(write(link, "key")).isEqualTo("OK");
        assertMessageArrives(link, link);

        assertThat(link(StoreConfig.Type.STANDALONE, "rediss://localhost:" + port, Optional.empty(), other).outage().fault())
                .contains(StoreFault.TLS);
        assertThat(link(StoreConfig.Type.STANDALONE, "rediss://127.0.0.1:" + port, Optional.empty(), trusted).outage().fault())
                .as("another host than that of the certificate").contains(StoreFault.TLS);
        assertThat(link(StoreConfig.Type.STANDALONE, "rediss://localhost:" + port, Optional.empty(), Optional.empty()).outage()
                .fault()).as("the authorities of the JVM").contains(StoreFault.TLS);
    }

    @Test
    void serverWithoutTlsIsNotUsedForRediss() {
        RedisServer server = start();

        assertThat(link(StoreConfig.Type.STANDALONE, "rediss://127.0.0.1:" + server.port(), Optional.empty(), Optional.empty())
                .isUp()).isFalse();
    }

    @Test
    void failoverOfSentinelsIsFollowed() throws Exception {
        RedisServer primary = start();
        RedisServer replica = start("--replicaof", "127.0.0.1", Integer.toString(primary.port()));
        RedisServer sentinel = startSentinel(primary);
        try (RedisConnection connection = sentinel.connect()) {
            Awaitility.await().atMost(PATIENCE).until(() -> text(connection.send("SENTINEL", "REPLICAS", "main"))
                    .contains(Integer.toString(replica.port())));
        }
        RedisLink link = link(StoreConfig.Type.SENTINEL, sentinel.url(), Optional.of("main"), Optional.empty());
        assertThat(link.isUp()).isTrue();
        assertThat(write(link, "before")).isEqualTo("OK");
        assertMessageArrives(link, link);

        primary.kill();
        Awaitility.await().atMost(PATIENCE).until(() -> !link.isUp());
        Awaitility.await().atMost(PATIENCE).until(link::isUp);

        assertThat(write(link, "after")).isEqualTo("OK");
        try (RedisConnection connection = replica.connect()) {
            assertThat(connection.send("GET", "after")).isNotNull();
        }
    }

    private RedisServer startSentinel(RedisServer primary) throws IOException {
        int port = FreePorts.next();
        RedisServer sentinel = RedisServer.startSentinel(port, Files.writeString(folder.resolve("sentinel.conf"), """
                port %d
                bind 127.0.0.1
                sentinel monitor main 127.0.0.1 %d 1
                sentinel down-after-milliseconds main 500
                sentinel failover-timeout main 2000
                """.formatted(port, primary.port())));
        servers.add(sentinel);
        return sentinel;
    }

    @Test
    void clusterOfOneIsUsed() throws Exception {
        RedisServer node = start("--cluster-enabled", "yes");
        addSlots(node, 0, SLOTS);
        awaitCluster(node);

        assertClusterIsUsed(link(StoreConfig.Type.CLUSTER, node.url(), Optional.empty(), Optional.empty()));
    }

    @Test
    void clusterOfThreeIsUsedAndUsedAgainAfterANodeWasDown() throws Exception {
        List<RedisServer> nodes = IntStream.range(0, 3)
                .mapToObj(i -> start("--cluster-enabled", "yes", "--cluster-node-timeout", "1000")).toList();
        for (int i = 0; i < nodes.size(); i++) {
            addSlots(nodes.get(i), SLOTS * i / nodes.size(), SLOTS * (i + 1) / nodes.size());
            try (RedisConnection connection = nodes.get(i).connect()) {
                connection.send("CLUSTER", "MEET", "127.0.0.1", Integer.toString(nodes.get(0).port()));
            }
        }
        nodes.forEach(RedisTopologiesIT::awaitCluster);
        String urls = String.join(",", nodes.stream().map(RedisServer::url).toList());

        RedisLink link = link(StoreConfig.Type.CLUSTER, urls, Optional.empty(), Optional.empty());
        assertClusterIsUsed(link);
        nodes.get(1).kill();
        Awaitility.await().atMost(PATIENCE).until(() -> !link.isUp());
        nodes.get(1).startAgain();
        // The nodes agree on the state of the cluster one after the other.
        Awaitility.await().atMost(PATIENCE).ignoreException(StoreUnavailableException.class)
                .untilAsserted(() -> assertClusterIsUsed(link));
    }

    /** It accepts connections, but nothing answers: a host that is gone, without a firewall that says so. */
    @ParameterizedTest
    @EnumSource(value = StoreConfig.Type.class, names = { "SENTINEL", "CLUSTER" })
    void firstAddressMayBeGone(StoreConfig.Type type) throws IOException {
        RedisServer node = start("--cluster-enabled", type == StoreConfig.Type.CLUSTER ? "yes" : "no");
        String url = node.url();
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            if (type == StoreConfig.Type.CLUSTER) {
                addSlots(node, 0, SLOTS);
                awaitCluster(node);
            } else {
                url = startSentinel(node).url();
            }
            RedisLink link = link(type, "redis://127.0.0.1:" + silent.getLocalPort() + "," + url,
                    type == StoreConfig.Type.SENTINEL ? Optional.of("main") : Optional.empty(), Optional.empty());

            Awaitility.await().atMost(PATIENCE).until(link::isUp);
        }
    }

    @ParameterizedTest
    @EnumSource(value = StoreConfig.Type.class, names = { "SENTINEL", "CLUSTER" })
    void serverOfAnotherTypeIsReported(StoreConfig.Type type) {
        RedisServer server = start();

        assertThat(link(type, server.url(), type == StoreConfig.Type.SENTINEL ? Optional.of("main") : Optional.empty(),
                Optional.empty()).outage().fault()).contains(StoreFault.TOPOLOGY);
    }

    @Test
    void databaseThatDoesNotExistIsReported() {
        assertThat(
                link(StoreConfig.Type.STANDALONE, start().url() + "/99", Optional.empty(), Optional.empty()).outage().fault())
                .contains(StoreFault.DATABASE);
    }

    private static void assertClusterIsUsed(RedisLink link) throws InterruptedException {
        assertThat(link.isUp()).isTrue();
        for (int i = 0; i < 20; i++) {
            assertThat(write(link, "{" + i + "}")).isEqualTo("OK");
        }
        assertMessageArrives(link, link);
    }

    private static void addSlots(RedisServer node, int from, int to) {
        try (RedisConnection connection = node.connect()) {
            connection.send(Stream.concat(Stream.of("CLUSTER", "ADDSLOTS"),
                    IntStream.range(from, to).mapToObj(Integer::toString)).toArray());
        }
    }

    private static void awaitCluster(RedisServer node) {
        try (RedisConnection connection = node.connect()) {
            Awaitility.await().atMost(PATIENCE)
                    .until(() -> text(connection.send("CLUSTER", "INFO")).contains("cluster_state:ok"));
        }
    }

    private static String text(Object reply) {
        return reply instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8)
                : reply instanceof List<?> list ? String.join(" ", list.stream().map(RedisTopologiesIT::text).toList())
                        : String.valueOf(reply);
    }
}
