package dev.leantokens.soak;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A gateway between the application and the stand-in for Lean that disturbs connections in the ways of real gateways and
 * networks. It listens on one of the two addresses of its name; the other one refuses connections.
 */
final class RudeGateway implements AutoCloseable {

    static final String NAME = "lean.soak";
    /** For {@code jdk.net.hosts.file}; the first address refuses connections. */
    static final String HOSTS = "127.0.0.2 " + NAME + "\n127.0.0.1 " + NAME + "\n";

    private static final int BACKLOG = 200;
    private static final int MAX_INTERIMS = 5;
    private static final int MAX_PAUSE_MILLIS = 300;
    private static final int DEAF_SECONDS = 20;
    private static final Pattern CLIENT_ID = Pattern.compile("client_id=([^&]*)");
    private static final byte[] GHOST = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            .getBytes(StandardCharsets.ISO_8859_1);
    private static final String[] INTERIMS = { "100 Continue", "102 Processing", "103 Early Hints", "104 Something New" };

    private final CallLimit limit;
    private final int lean;
    private final ServerSocket listener;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Map<Manner, LongAdder> counts = new EnumMap<>(Manner.class);
    private volatile CountDownLatch frozen = new CountDownLatch(0);

    /** @param lean the port of the stand-in */
    RudeGateway(int lean, CallLimit limit) {
        this.lean = lean;
        this.limit = limit;
        for (Manner manner : Manner.values()) {
            counts.put(manner, new LongAdder());
        }
        try {
            listener = new ServerSocket(0, BACKLOG, InetAddress.getByName("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    String url() {
        return "http://" + NAME + ":" + listener.getLocalPort();
    }

    /** @return the number of exchanges by their treatment */
    @Override
    public String toString() {
        return counts.toString();
    }

    /** Nothing is answered until {@link #thaw}, but connections are accepted, as if the process were stopped. */
    void freeze() {
        frozen = new CountDownLatch(1);
    }

    void thaw() {
        frozen.countDown();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                open.add(socket);
                threads.execute(() -> serve(socket));
            } catch (IOException e) {
                // Closed.
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (answer(in, socket)) {
                // The next request.
            }
        } catch (IOException e) {
            // One side has closed the connection.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
        }
    }

    /** @return whether a further request may follow */
    private boolean answer(InputStream in, Socket socket) throws IOException, InterruptedException {
        byte[] request = message(in);
        if (request == null) {
            return false;
        }
        // Now: what waits here for the end of a freeze has arrived at Lean.
        limit.record(clientId(request));
        frozen.await();
        byte[] response = forward(request);
        frozen.await();
        if (response.length == 0) {
            reset(socket);
            return false;
        }
        Manner manner = Manner.draw(ThreadLocalRandom.current());
        counts.get(manner).increment();
        byte[] sent = manner.instead(response).orElse(response);
        write(manner, sent, socket.getOutputStream());
        return goesOn(manner, in, socket);
    }

    private static String clientId(byte[] request) {
        Matcher clientId = CLIENT_ID.matcher(new String(request, StandardCharsets.ISO_8859_1));
        return clientId.find() ? clientId.group(1) : "";
    }

    private static void write(Manner manner, byte[] response, OutputStream out) throws IOException, InterruptedException {
        switch (manner) {
            case INTERIM -> {
                writeInterims(out);
                out.write(response);
            }
            case TWICE -> out.write(joined(response, response));
            case GHOST_408 -> out.write(joined(response, GHOST));
            case HALF_AND_RESET, HALF_AND_FINISH, HALF_AND_SILENCE -> out.write(response, 0, response.length / 2);
            case DRIP -> {
                for (byte each : response) {
                    out.write(each);
                }
            }
            default -> out.write(response);
        }
    }

    private static boolean goesOn(Manner manner, InputStream in, Socket socket) throws IOException, InterruptedException {
        switch (manner) {
            case FORGOTTEN, DEAF -> {
                if (in.read() >= 0) {
                    if (manner == Manner.DEAF) {
                        TimeUnit.SECONDS.sleep(DEAF_SECONDS);
                    }
                    reset(socket);
                }
                return false;
            }
            case HALF_AND_RESET -> {
                reset(socket);
                return false;
            }
            case GHOST_408, HALF_AND_FINISH -> {
                return false;
            }
            case HALF_AND_SILENCE -> {
                in.transferTo(OutputStream.nullOutputStream());
                return false;
            }
            default -> {
                return !manner.isLast();
            }
        }
    }

    private static void writeInterims(OutputStream out) throws IOException, InterruptedException {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int number = random.nextInt(MAX_INTERIMS) + 1;
        for (int i = 0; i < number; i++) {
            out.write(("HTTP/1.1 " + INTERIMS[random.nextInt(INTERIMS.length)] + "\r\nLink: </x>\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            TimeUnit.MILLISECONDS.sleep(random.nextInt(MAX_PAUSE_MILLIS / number));
        }
    }

    /** @return the response of the stand-in; empty if it sent none */
    private byte[] forward(byte[] request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), lean)) {
            socket.getOutputStream().write(request);
            byte[] response = message(new BufferedInputStream(socket.getInputStream()));
            return response == null ? new byte[0] : response;
        }
    }

    /** @return head and body; null if the peer has closed the connection */
    private static byte[] message(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            head.append((char) next);
        }
        int length = 0;
        for (String line : head.toString().split("\r\n")) {
            if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
        return joined(head.toString().getBytes(StandardCharsets.ISO_8859_1), in.readNBytes(length));
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
        threads.shutdownNow();
    }
}
