package dev.leantokens.attacks;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;

import dev.leantokens.peers.BareVertx;
import dev.leantokens.testing.FreePorts;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.vitals.Vitals;

/** Measures what it costs to authenticate the caller of a cached token: by a secret, or by a signed token of an issuer. */
public final class CallersBenchmark {

    private static final Path FOLDER = Path.of("target", "callers");
    private static final String HEAP = "-Xmx128m";
    private static final String FORMAT = "| %-42s | %10s | %8s | %15s | %8s |%n";

    private static final int CONNECTIONS = 16;
    private static final int ROUNDS = 5;
    private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(8);
    /** More than the service remembers, and each comes after all others again, so each is verified. */
    private static final int FRESH_TOKENS = 40_000;
    private static final int MAX_LINE = 8 * 1024;

    private static final String ISSUER = "https://issuer.example.com";
    private static final String AUDIENCE = "lean-tokens";
    private static final Path BINARY = Path.of(System.getProperty("java.home"), "bin", "java");

    private final Path artifact;

    private CallersBenchmark(Path artifact) {
        this.artifact = artifact;
    }

    /** A row of the table: whom it asks, and the credentials of each request. */
    private record Row(String label, int port, Processor processor, IntFunction<byte[]> requests, AtomicInteger next) {

        Row(String label, int port, Processor processor, List<byte[]> requests) {
            this(label, port, processor, i -> requests.get(Math.floorMod(i, requests.size())), new AtomicInteger());
        }
    }

    private interface Processor {

        Duration time() throws IOException;
    }

    private record Result(double rate, double micros) {
    }

    public static void main(String[] arguments) throws Exception {
        Logger.getLogger("").setLevel(Level.OFF);
        new CallersBenchmark(Path.of(System.getProperty("attacks.artifact"))).run();
        System.exit(0);
    }

    private void run() throws Exception {
        Files.createDirectories(FOLDER);
        PublicJsonWebKey rsa = RsaJwkGenerator.generateJwk(2048);
        rsa.setKeyId("rsa");
        PublicJsonWebKey ec = EcJwkGenerator.generateJwk(EllipticCurves.P256);
        ec.setKeyId("ec");
        Path keys = Files.writeString(FOLDER.resolve("jwks.json"),
                new JsonWebKeySet(rsa, ec).toJson(OutputControlLevel.PUBLIC_ONLY));
        Map<String, String> issuer = Map.of("ACCESS_ISSUERS_BENCHMARK_ISSUER", ISSUER, "ACCESS_ISSUERS_BENCHMARK_AUDIENCE",
                AUDIENCE, "ACCESS_ISSUERS_BENCHMARK_JWKS_FILE", keys.toAbsolutePath().toString(),
                "ACCESS_ISSUERS_BENCHMARK_SCOPES", "api");
        int barePort = FreePorts.next();
        Process bare = new ProcessBuilder(BINARY.toString(), HEAP, "-cp", System.getProperty("java.class.path"),
                BareVertx.class.getName(), Integer.toString(barePort)).inheritIO().start();
        Runtime.getRuntime().addShutdownHook(new Thread(bare::destroyForcibly));
        try (PickyLean lean = new PickyLean(1); AttackedApplication application = start(lean, issuer)) {
            Awaitility.await().until(() -> listens(barePort));
            int port = application.target().port();
            List<byte[]> remembered = tokens(rsa, "RS256", 1);
            List<Row> rows = List.of(
                    new Row("bare Vert.x, a fixed response: the floor", barePort, () -> Vitals.processorTime(bare),
                            List.of(request(basic(Parties.AGENTS)))),
                    new Row("a secret, Basic", port, application::processorTime, List.of(request(basic(Parties.AGENTS)))),
                    new Row("a secret, Bearer", port, application::processorTime,
                            List.of(request("Bearer " + Parties.AGENTS.clientSecret()))),
                    new Row("a JWT that is remembered", port, application::processorTime, remembered),
                    new Row("a JWT, RS256, new with each request", port, application::processorTime,
                            tokens(rsa, "RS256", FRESH_TOKENS)),
                    new Row("a JWT, ES256, new with each request", port, application::processorTime,
                            tokens(ec, "ES256", FRESH_TOKENS)));
            measure(rows);
        }
    }

    private void measure(List<Row> rows) throws Exception {
        Result[][] results = new Result[rows.size()][ROUNDS];
        for (Row row : rows) {
            round(row, WARM_UP_NANOS);
        }
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < rows.size(); i++) {
                results[i][round] = round(rows.get(i), ROUND_NANOS);
            }
        }
        System.out.printf("%s, a cached token, %d connections, medians of %d rounds of 2 s in turn%n", artifact, CONNECTIONS,
                ROUNDS);
        System.out.printf(FORMAT, "the caller sends", "requests/s", "of Basic", "CPU/request, us", "of Basic");
        System.out.printf(FORMAT, "---", "---:", "---:", "---:", "---:");
        double basicRate = median(results[1], true);
        double basicMicros = median(results[1], false);
        for (int i = 0; i < rows.size(); i++) {
            double rate = median(results[i], true);
            double micros = median(results[i], false);
            System.out.printf(FORMAT, rows.get(i).label(), number(rate, 0), number(rate / basicRate, 2), number(micros, 1),
                    number(micros / basicMicros, 2));
        }
    }

    private AttackedApplication start(PickyLean lean, Map<String, String> issuer) throws IOException {
        Map<String, String> environment = new HashMap<>(Parties.environment(lean.url()));
        environment.putAll(issuer);
        environment.putAll(Map.of("LEAN_REQUESTS_PER_MINUTE", "1000000", "ACCESS_ANONYMOUS", "never"));
        return AttackedApplication.start(artifact, environment, Optional.of(FOLDER.resolve("service.log")), HEAP);
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket(RawHttp.LOOPBACK, port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** @return requests with a different token each */
    private static List<byte[]> tokens(PublicJsonWebKey key, String algorithm, int number) {
        return IntStream.range(0, number).parallel().mapToObj(i -> {
            JwtClaims claims = new JwtClaims();
            claims.setIssuer(ISSUER);
            claims.setAudience(AUDIENCE);
            claims.setSubject("system:serviceaccount:payments:worker");
            claims.setExpirationTimeMinutesInTheFuture(60);
            claims.setGeneratedJwtId();
            JsonWebSignature signature = new JsonWebSignature();
            signature.setAlgorithmHeaderValue(algorithm);
            signature.setKeyIdHeaderValue(key.getKeyId());
            signature.setKey(key.getPrivateKey());
            signature.setPayload(claims.toJson());
            try {
                return request("Bearer " + signature.getCompactSerialization());
            } catch (JoseException e) {
                throw new IllegalStateException(e);
            }
        }).toList();
    }

    private static String basic(ClientCredentials client) {
        return "Basic " + Base64.getEncoder().encodeToString(
                (client.clientId() + ":" + client.clientSecret()).getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] request(String authorization) {
        String body = "{\"scope\":\"api\"}";
        return ("POST " + Target.TOKEN_PATH + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Authorization: " + authorization + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Sends the row's requests over several connections, the next one on each after its response. */
    private static Result round(Row row, long nanos) throws Exception {
        AtomicLong answered = new AtomicLong();
        List<Throwable> failures = new ArrayList<>();
        Duration before = row.processor().time();
        long start = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            Thread thread = new Thread(() -> answered.addAndGet(talk(row, start + nanos)));
            thread.setUncaughtExceptionHandler((failed, failure) -> {
                synchronized (failures) {
                    failures.add(failure);
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            throw new IllegalStateException(row.label(), failures.get(0));
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Result(answered.get() / seconds,
                row.processor().time().minus(before).toNanos() / 1e3 / answered.get());
    }

    private static long talk(Row row, long end) {
        long answered = 0;
        try (Socket socket = new Socket(RawHttp.LOOPBACK, row.port());
                InputStream in = new BufferedInputStream(socket.getInputStream())) {
            socket.setTcpNoDelay(true);
            byte[] line = new byte[MAX_LINE];
            while (System.nanoTime() - end < 0) {
                socket.getOutputStream().write(row.requests().apply(row.next().getAndIncrement()));
                readToken(in, line);
                answered++;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return answered;
    }

    /** @throws IllegalStateException if the response is not 200 */
    private static void readToken(InputStream in, byte[] line) throws IOException {
        String status = line(in, line);
        if (!status.startsWith("HTTP/1.1 200 ")) {
            throw new IllegalStateException(status);
        }
        int length = 0;
        for (String header = line(in, line); !header.isEmpty(); header = line(in, line)) {
            if (header.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(header.substring(15).strip());
            }
        }
        in.skipNBytes(length);
    }

    private static String line(InputStream in, byte[] line) throws IOException {
        int length = 0;
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("the connection was closed");
            }
            line[length++] = (byte) next;
        }
        return new String(line, 0, length, StandardCharsets.US_ASCII).strip();
    }

    private static double median(Result[] results, boolean ofRate) {
        double[] sorted = Arrays.stream(results).mapToDouble(result -> ofRate ? result.rate() : result.micros()).sorted()
                .toArray();
        return sorted[sorted.length / 2];
    }

    private static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
