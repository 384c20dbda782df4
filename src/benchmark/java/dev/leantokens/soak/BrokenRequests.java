package dev.leantokens.soak;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.leantokens.attacks.Target;
import dev.leantokens.token.ClientCredentials;

/**
 * Sends requests of which some bytes are wrong, missing, repeated or late. Whatever they mean then, the service must answer or
 * close the connection in time, must not fail, and must issue no other token than that of the original request.
 */
final class BrokenRequests implements AutoCloseable {

    /** Another address than that of the load, whose audit and limits are its own. */
    private static final String FROM = "127.0.0.6";
    private static final int A_SECOND = 10;
    private static final int THREADS = 8;
    private static final int CONNECT_MILLIS = 5_000;
    /** A local client, with which each request authenticates. */
    private static final String SECRET = "Bearer " + Clients.secret();
    private static final List<String> SCOPES = Stream.concat(Stream.generate(() -> "api").limit(8),
            Stream.generate(() -> "customer." + UUID.randomUUID()).limit(2)).toList();
    private static final Pattern AUTHORIZATION = Pattern.compile("(?im)^authorization[ \t]*:[ \t]*(.*)");
    /** The time for a request, the deadline of a call, and a margin. */
    private static final Duration LIMIT = Duration.ofSeconds(20 + 10 + 5).plus(Disturbance.REPLICA_FREEZES.duration());
    private static final int MAX_WRONG = 4;

    private static final Pattern TOKEN = Pattern.compile("access_token\\\\?\":\\\\?\"([^\"\\\\]*)");
    private static final Pattern FAILURE = Pattern.compile("HTTP/1\\.1 (5\\d\\d) ");
    /** The failures that each request can have while Lean fails. */
    private static final List<String> DOCUMENTED = List.of("502", "503", "504");
    /** For a version that is none any more. */
    private static final String OTHER_VERSION = "505";
    /** The first line; later lines can contain a copy of it. */
    private static final Pattern RIGHT_VERSION = Pattern.compile("[\\r\\n]*[^\\r\\n]* HTTP/1\\.1\\r?\\n");

    private final List<Target> replicas;
    private final ClientCredentials service;
    private final Findings findings;
    private final Random random;
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS);
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong closed = new AtomicLong();

    BrokenRequests(List<Target> replicas, ClientCredentials service, Findings findings, long seed) {
        this.replicas = replicas;
        this.service = service;
        this.findings = findings;
        this.random = new Random(seed);
    }

    /** @return the variables by which the application knows the local client */
    static Map<String, String> environment() {
        return Map.of("ACCESS_CLIENTS_BROKEN_SECRET", SECRET.substring("Bearer ".length()), "ACCESS_CLIENTS_BROKEN_SCOPES",
                "api,customer.*");
    }

    void start() {
        threads.scheduleAtFixedRate(() -> threads.execute(this::send), 0, TimeUnit.SECONDS.toMicros(1) / A_SECOND,
                TimeUnit.MICROSECONDS);
    }

    private void send() {
        long seed = random.nextLong();
        try {
            send(new Random(seed), seed);
        } catch (RuntimeException e) {
            findings.add("a broken request that could not be checked", seed + ": " + e);
        }
    }

    private void send(RandomGenerator one, long seed) {
        Target target = replicas.get(one.nextInt(replicas.size()));
        boolean mcp = one.nextInt(4) == 0;
        String scope = SCOPES.get(one.nextInt(SCOPES.size()));
        byte[] request = broken(mcp ? mcp(scope) : rest(scope, one), one);
        Instant start = Instant.now();
        sent.incrementAndGet();
        String response;
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName(FROM), 0));
            socket.connect(new InetSocketAddress("127.0.0.1", mcp ? target.mcpPort() : target.port()),
                    CONNECT_MILLIS);
            socket.setSoTimeout((int) LIMIT.toMillis());
            write(request, socket, one);
            response = read(socket.getInputStream());
        } catch (SocketTimeoutException e) {
            findings.addAboutTime("a broken request that hangs", describe(seed, request), start, Instant.now(),
                    Duration.ofSeconds(5));
            return;
        } catch (IOException e) {
            // The service has closed the connection.
            closed.incrementAndGet();
            return;
        }
        check(response, new String(request, StandardCharsets.ISO_8859_1), describe(seed, request));
    }

    private static String describe(long seed, byte[] request) {
        return "seed " + seed + ": "
                + new String(request, StandardCharsets.ISO_8859_1).replace("\r", "\\r").replace("\n", "\\n");
    }

    private static byte[] rest(String scope, RandomGenerator one) {
        boolean json = one.nextBoolean();
        String body = json ? "{\"scope\":\"" + scope + "\"}" : "grant_type=client_credentials&scope=" + scope;
        String framing = one.nextInt(3) == 0
                ? "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n"
                : "Content-Length: " + body.length() + "\r\n\r\n" + body;
        return ("POST " + Target.TOKEN_PATH + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + SECRET
                + "\r\nContent-Type: application/"
                + (json ? "json" : "x-www-form-urlencoded") + "\r\n" + framing).getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] mcp(String scope) {
        String body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":"
                + "\"lean-generate-access-token\",\"arguments\":{\"body\":{\"scope\":\"" + scope + "\"}},\"_meta\":{"
                + "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                + "\"io.modelcontextprotocol/clientCapabilities\":{}}}}";
        return ("POST " + Target.MCP_PATH + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + SECRET
                + "\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\n"
                + "Mcp-Name: lean-generate-access-token\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] broken(byte[] request, RandomGenerator one) {
        byte[] result = request;
        for (int i = one.nextInt(MAX_WRONG) + 1; i > 0; i--) {
            int at = one.nextInt(result.length);
            int length = Math.min(result.length - at, 1 + one.nextInt(one.nextBoolean() ? 2 : 40));
            byte[] before = Arrays.copyOf(result, at);
            byte[] middle = Arrays.copyOfRange(result, at, at + length);
            byte[] after = Arrays.copyOfRange(result, at + length, result.length);
            switch (one.nextInt(4)) {
                case 0 -> one.nextBytes(middle);
                case 1 -> middle = new byte[0];
                case 2 -> middle = joined(middle, middle);
                default -> middle[0] ^= (byte) (1 << one.nextInt(8));
            }
            result = joined(joined(before, middle), after);
            if (result.length == 0) {
                return request;
            }
        }
        return result;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** In up to three segments, and sometimes with the end of the client's side behind it. */
    private static void write(byte[] request, Socket socket, RandomGenerator one) throws IOException {
        socket.setTcpNoDelay(true);
        int written = 0;
        for (int i = one.nextInt(3); i > 0 && written < request.length; i--) {
            int length = one.nextInt(request.length - written);
            socket.getOutputStream().write(request, written, length);
            written += length;
        }
        socket.getOutputStream().write(request, written, request.length - written);
        if (one.nextBoolean()) {
            socket.shutdownOutput();
        }
    }

    /** @return all until the end of the connection, or until the end of the body by its length */
    private static String read(InputStream in) throws IOException {
        ByteArrayOutputStream response = new ByteArrayOutputStream();
        byte[] buffer = new byte[4096];
        for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
            response.write(buffer, 0, length);
            if (isComplete(response.toString(StandardCharsets.ISO_8859_1))) {
                break;
            }
        }
        return response.toString(StandardCharsets.ISO_8859_1);
    }

    private static boolean isComplete(String text) {
        int end = text.indexOf("\r\n\r\n");
        Matcher length = Pattern.compile("(?im)^content-length: (\\d+)").matcher(text);
        return end >= 0 && length.find() && text.length() >= end + 4 + Integer.parseInt(length.group(1));
    }

    private void check(String response, String request, String description) {
        if (response.isEmpty()) {
            closed.incrementAndGet();
            return;
        }
        answered.incrementAndGet();
        Matcher failure = FAILURE.matcher(response);
        if (!response.startsWith("HTTP/1.")) {
            findings.add("a broken response to a broken request", description + ": " + response);
        } else if (failure.lookingAt() && !DOCUMENTED.contains(failure.group(1))
                && !(failure.group(1).equals(OTHER_VERSION) && !RIGHT_VERSION.matcher(request).lookingAt())) {
            findings.add("a broken request that makes the service fail", description + ": " + response);
        }
        Matcher tokens = TOKEN.matcher(response);
        while (tokens.find()) {
            boolean right = MarkedToken.read(tokens.group(1))
                    .filter(token -> token.clientId().equals(service.clientId()) && request.contains(token.scope()))
                    .isPresent();
            if (!right) {
                findings.add("a wrong token for a broken request", description + ": " + response);
            }
            Matcher authorization = AUTHORIZATION.matcher(request);
            if (authorization.find()
                    && !authorization.group(1).strip().replaceFirst("(?i)^bearer +", "Bearer ").equals(SECRET)) {
                findings.add("a token for broken credentials", description + ": " + response);
            }
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    @Override
    public String toString() {
        return sent + " broken requests, of which " + answered + " were answered and " + closed + " closed";
    }
}
