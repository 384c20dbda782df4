package dev.leantokens.packaged;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

import org.awaitility.Awaitility;

import dev.leantokens.testing.RawHttp;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;

/** Requests to replicas in turn. */
final class SteadyLoad implements AutoCloseable {

    private static final long TICK_MILLIS = 5;
    private static final long PAUSE_MILLIS = 50;
    private static final int CONNECTIONS = 200;
    private static final long TIME_LIMIT_MILLIS = 20_000;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = vertx.createHttpClient(new HttpClientOptions().setMaxPoolSize(CONNECTIONS));
    private final List<Integer> ports;
    private final int perSecond;
    private final IntFunction<String> scopes;
    private final long start = System.nanoTime();
    private final List<Answer> answers = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger sent = new AtomicInteger();
    private long timer;
    private volatile boolean stopped;

    /**
     * @param sentAt nanoseconds since the start of the load
     * @param status 0 if there was no response
     * @param body the response, or what went wrong
     */
    record Answer(int port, String scope, long sentAt, long nanos, int status, String body) {

        long millis() {
            return TimeUnit.NANOSECONDS.toMillis(nanos);
        }

        String token() {
            return new JsonObject(body).getString("access_token");
        }
    }

    private SteadyLoad(List<Integer> ports, int perSecond, IntFunction<String> scopes) {
        this.ports = List.copyOf(ports);
        this.perSecond = perSecond;
        this.scopes = scopes;
    }

    /**
     * Sends requests at a steady rate, whether or not earlier ones have been answered.
     *
     * @param scopes the scope of each request, by its number
     */
    static SteadyLoad of(List<Integer> ports, int perSecond, IntFunction<String> scopes) {
        SteadyLoad load = new SteadyLoad(ports, perSecond, scopes);
        load.timer = load.vertx.setPeriodic(TICK_MILLIS, tick -> load.sendDue());
        return load;
    }

    /** Runs callers of one replica each, which send the next request a moment after the answer. */
    static SteadyLoad ofCallers(List<Integer> ports, int callers, String scope) {
        SteadyLoad load = new SteadyLoad(ports, 0, number -> scope);
        for (int i = 0; i < callers; i++) {
            load.repeat(i);
        }
        return load;
    }

    private void repeat(int caller) {
        if (stopped) {
            return;
        }
        sent.incrementAndGet();
        send(caller).onSuccess(answer -> vertx.setTimer(PAUSE_MILLIS, over -> repeat(caller)));
    }

    private void sendDue() {
        long due = elapsed() * perSecond / TimeUnit.SECONDS.toNanos(1);
        while (sent.get() < due) {
            send(sent.getAndIncrement());
        }
    }

    private Future<Answer> send(int number) {
        int port = ports.get(number % ports.size());
        String scope = scopes.apply(number);
        long sentAt = elapsed();
        return client.request(new RequestOptions().setMethod(HttpMethod.POST).setHost(RawHttp.LOOPBACK).setPort(port)
                .setURI("/v1/oauth2/token").putHeader("Content-Type", "application/json").setTimeout(TIME_LIMIT_MILLIS))
                .compose(request -> request.send("{\"scope\":\"" + scope + "\"}"))
                .compose(response -> response.body()
                        .map(body -> new Answer(port, scope, sentAt, elapsed() - sentAt, response.statusCode(),
                                body.toString())))
                .otherwise(failure -> new Answer(port, scope, sentAt, elapsed() - sentAt, 0, failure.toString()))
                .onSuccess(answers::add);
    }

    private long elapsed() {
        return System.nanoTime() - start;
    }

    /** @return the answers so far */
    List<Answer> answers() {
        synchronized (answers) {
            return List.copyOf(answers);
        }
    }

    /** @return nanoseconds since the start of the load */
    long now() {
        return elapsed();
    }

    /** Sends no more, and waits for the rest of the answers. */
    List<Answer> stop() {
        stopped = true;
        vertx.cancelTimer(timer);
        Awaitility.await().atMost(2 * TIME_LIMIT_MILLIS, TimeUnit.MILLISECONDS).until(() -> answers.size() == sent.get());
        return answers();
    }

    /** @return the latency that 99 of 100 answers do not exceed, in milliseconds */
    static long p99(List<Answer> answers) {
        List<Long> sorted = answers.stream().map(Answer::millis).sorted().toList();
        return sorted.isEmpty() ? 0 : sorted.get(Math.max(0, (int) Math.ceil(sorted.size() * 0.99) - 1));
    }

    @Override
    public void close() {
        stopped = true;
        vertx.cancelTimer(timer);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
