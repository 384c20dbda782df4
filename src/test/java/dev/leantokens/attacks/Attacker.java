package dev.leantokens.attacks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;

import dev.leantokens.testing.RawHttp;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;

/**
 * Opens connections from a given address, sends requests at a given rate, and runs threads for blocking calls, until it is
 * closed.
 */
public final class Attacker implements AutoCloseable {

    private static final String STREAM = "text/event-stream";
    private static final int TICK_MILLIS = 10;
    private static final int MOST_UNDER_WAY = 2_000;
    private static final int TIMEOUT_MILLIS = 15_000;
    private static final int RECONNECT_MILLIS = 200;

    private final Target target;
    private final double pace;
    private final Outcomes outcomes = new Outcomes();
    private final Vertx vertx = Clients.vertx();
    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger underWay = new AtomicInteger();

    private volatile boolean closed;

    public Attacker(Target target) {
        this(target, 1);
    }

    /** @param pace the factor by which requests are sent faster than usual */
    public Attacker(Target target, double pace) {
        this.target = target;
        this.pace = pace;
    }

    /** Uses a connection until it is closed. */
    interface Conversation {

        void on(Socket socket) throws IOException;
    }

    public Target target() {
        return target;
    }

    public Outcomes outcomes() {
        return outcomes;
    }

    /** @return a client with kept connections from this address */
    HttpClient client(String from, int connections) {
        return vertx.httpClientBuilder()
                .with(new HttpClientOptions().setLocalAddress(from).setConnectTimeout(TIMEOUT_MILLIS))
                .with(new PoolOptions().setHttp1MaxSize(connections))
                .withConnectHandler(connection -> outcomes.connected()).build();
    }

    /** Repeats the action at this rate, whether or not it fails. */
    void repeat(int perSecond, Runnable action) {
        long begin = System.nanoTime();
        AtomicInteger done = new AtomicInteger();
        timers.scheduleAtFixedRate(() -> {
            long due = (long) ((System.nanoTime() - begin) / 1e9 * perSecond * pace);
            for (; done.get() < due && !closed; done.incrementAndGet()) {
                if (underWay.get() < MOST_UNDER_WAY) {
                    action.run();
                }
            }
        }, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Runs the action at once, and then at this interval. */
    void every(int seconds, Runnable action) {
        timers.scheduleAtFixedRate(action, 0, (long) (seconds * 1_000 / pace), TimeUnit.MILLISECONDS);
    }

    /** Sends a request and counts its outcome. */
    void send(HttpClient client, Request request) {
        underWay.incrementAndGet();
        outcomes.sent(1);
        RequestOptions options = new RequestOptions().setHost(RawHttp.LOOPBACK)
                .setPort(request.path().startsWith(Target.MCP_PATH) ? target.mcpPort() : target.port())
                .setMethod(HttpMethod.valueOf(request.method())).setURI(request.path()).setTimeout(TIMEOUT_MILLIS);
        request.headers().forEach(options::putHeader);
        vertx.runOnContext(now -> {
            if (!closed) {
                exchange(client, options, request.body());
            }
        });
    }

    private void exchange(HttpClient client, RequestOptions options, String body) {
        client.request(options)
                .compose(sent -> sent.send(Buffer.buffer(body)))
                .compose(response -> {
                    outcomes.got(Integer.toString(response.statusCode()));
                    if (STREAM.equals(response.getHeader("Content-Type"))) {
                        // The stream has no end.
                        return response.request().connection().close();
                    }
                    return response.end();
                })
                .onComplete(ended -> {
                    underWay.decrementAndGet();
                    if (ended.failed() && !closed) {
                        outcomes.got("no answer");
                    }
                });
    }

    /** @return the number of unanswered requests */
    int underWay() {
        return underWay.get();
    }

    /** Waits until all requests are answered or have timed out. */
    void awaitAnswers() {
        Awaitility.await().atMost(2L * TIMEOUT_MILLIS, TimeUnit.MILLISECONDS).until(() -> underWay.get() == 0);
    }

    /** Keeps this many conversations going; a new one soon replaces one that has ended. */
    void keepTalking(int connections, String from, int port, Conversation conversation) {
        for (int i = 0; i < connections; i++) {
            threads.execute(() -> talk(from, port, conversation));
        }
    }

    /** Keeps connections on which it sends something at the start and then each second. */
    void keepEachSecond(int connections, String from, int port, Conversation begin, Conversation next) {
        List<Socket> open = new ArrayList<>();
        timers.scheduleAtFixedRate(() -> {
            for (Iterator<Socket> all = open.iterator(); all.hasNext();) {
                if (!goesOn(all.next(), next)) {
                    all.remove();
                }
            }
            try {
                while (open.size() < connections && !closed) {
                    Socket socket = connect(from, port);
                    begin.on(socket);
                    open.add(socket);
                }
            } catch (IOException e) {
                outcomes.got("refused");
            }
        }, 0, 1, TimeUnit.SECONDS);
    }

    private boolean goesOn(Socket socket, Conversation conversation) {
        try {
            conversation.on(socket);
            return true;
        } catch (IOException e) {
            outcomes.got("closed");
            closeQuietly(socket);
            return false;
        }
    }

    private void talk(String from, int port, Conversation conversation) {
        try (Socket socket = connect(from, port)) {
            conversation.on(socket);
        } catch (IOException e) {
            outcomes.got("closed");
        }
        if (!closed) {
            later(() -> talk(from, port, conversation));
        }
    }

    private void later(Runnable action) {
        try {
            timers.schedule(() -> threads.execute(action), (long) (RECONNECT_MILLIS / pace), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // Closed by the application.
        }
    }

    /** @return a socket that closes with this attacker at the latest */
    Socket connect(String from, int port) throws IOException {
        Socket socket = new Socket();
        sockets.removeIf(Socket::isClosed);
        sockets.add(socket);
        // Small, so that unread answers soon fill the buffers of the application.
        socket.setReceiveBufferSize(4 * 1024);
        socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
        socket.connect(new InetSocketAddress(RawHttp.LOOPBACK, port), TIMEOUT_MILLIS);
        outcomes.connected();
        if (closed) {
            socket.close();
        }
        return socket;
    }

    @Override
    public void close() {
        closed = true;
        timers.shutdownNow();
        threads.shutdownNow();
        sockets.forEach(Attacker::closeQuietly);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Already closed.
        }
    }
}
