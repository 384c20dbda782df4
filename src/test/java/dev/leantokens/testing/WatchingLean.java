package dev.leantokens.testing;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

import dev.leantokens.testing.RawServer.Connection;
import dev.leantokens.testing.RawServer.Request;

/**
 * A Lean that knows by its own clock when each call came and when each token expires. Its answers can be held back, as if it
 * were stopped.
 */
public final class WatchingLean implements AutoCloseable {

    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final RudeLean server = new RudeLean();
    private final String url;
    private final Map<String, Long> expiries = new ConcurrentHashMap<>();
    private final List<Call> calls = new ArrayList<>();
    private volatile Duration lifetime = Duration.ofHours(1);
    private volatile CountDownLatch held = new CountDownLatch(0);

    /** @param nanos when it came, as {@link System#nanoTime()} */
    private record Call(String scope, long nanos) {
    }

    public WatchingLean() {
        url = server.start().get("lean.url");
        server.answers(this::answer);
    }

    private void answer(Connection connection, Request request) throws IOException {
        String scope = request.parameter("scope");
        long now = System.nanoTime();
        Duration life = lifetime;
        String token;
        synchronized (calls) {
            calls.add(new Call(scope, now));
            token = "token-" + calls.size();
        }
        // Issued when the call comes.
        expiries.put(token, now + life.toNanos());
        try {
            held.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        connection.write(RudeLean.response("200 OK",
                "{\"access_token\":\"%s\",\"scope\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":%d}".formatted(token, scope,
                        life.toSeconds())));
    }

    public String url() {
        return url;
    }

    /** Tokens of later calls live for this time. */
    public void issues(Duration life) {
        lifetime = life;
    }

    /** Holds answers back until {@link #release}. */
    public void hold() {
        held = new CountDownLatch(1);
    }

    public void release() {
        held.countDown();
    }

    /** Answers later calls at once; those that are held back stay so. */
    public void holdNoMore() {
        held = new CountDownLatch(0);
    }

    /** @return the number of calls so far */
    public int calls() {
        synchronized (calls) {
            return calls.size();
        }
    }

    /** @return the number of calls for this scope */
    public int callsFor(String scope) {
        synchronized (calls) {
            return (int) calls.stream().filter(call -> call.scope().equals(scope)).count();
        }
    }

    /** @return the largest number of calls in any minute */
    public int mostInAMinute() {
        synchronized (calls) {
            int most = 0;
            for (int first = 0; first < calls.size(); first++) {
                long start = calls.get(first).nanos();
                most = Math.max(most,
                        (int) calls.stream().skip(first).takeWhile(call -> call.nanos() - start < MINUTE).count());
            }
            return most;
        }
    }

    /** @return how long a token is still valid; negative if it has expired */
    public Duration remaining(String token) {
        return Duration.ofNanos(expiries.get(token) - System.nanoTime());
    }

    @Override
    public void close() {
        release();
        server.stop();
    }
}
