package dev.leantokens.trace;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import javax.net.ssl.SSLException;

import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.opentelemetry.exporter.internal.marshal.Marshaler;
import io.opentelemetry.exporter.internal.otlp.traces.TraceRequestMarshaler;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.quarkus.opentelemetry.runtime.exporter.otlp.sender.VertxGrpcSender;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.net.PemTrustOptions;

/**
 * Sends spans to a collector. Quarkus' own exporter would log each failed batch with what the collector says, and could be
 * configured only by Quarkus' names. Thread-safe.
 */
final class OtlpExporter implements SpanExporter {

    private static final String TRACES_PATH = "/v1/traces";
    private static final int SUCCESS = 2;
    private static final int HUNDRED = 100;

    private final Vertx vertx;
    private final long timeout;
    private final Client client;
    private final ExportLog log;

    /** A client of OTLP. */
    private interface Client {

        /** @param done called with the reason of a failure, or null, at most once for each attempt */
        void send(Marshaler request, Consumer<String> done);

        CompletableResultCode shutdown();
    }

    /**
     * @param endpoint of the configuration
     * @param headers of each request
     */
    OtlpExporter(Vertx vertx, TraceConfig config, CollectorUrl endpoint, Map<String, String> headers, ExportLog log) {
        this.vertx = vertx;
        this.timeout = config.bspExportTimeout();
        this.client = config.exporterOtlpProtocol() == TraceConfig.Protocol.GRPC ? new Grpc(vertx, config, endpoint, headers)
                : new Http(vertx, config, endpoint, headers);
        this.log = log;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        Outcome outcome = new Outcome(spans.size());
        // The clients report nothing if they are closed meanwhile.
        long timer = vertx.setTimer(timeout, expired -> outcome.accept("no answer within " + timeout + " ms"));
        outcome.result.whenComplete(() -> vertx.cancelTimer(timer));
        client.send(TraceRequestMarshaler.create(spans), outcome);
        return outcome.result;
    }

    @Override
    public CompletableResultCode flush() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
        return client.shutdown();
    }

    private static Duration timeout(TraceConfig config) {
        return Duration.ofMillis(config.exporterOtlpTimeout());
    }

    private static boolean isCompressed(TraceConfig config) {
        return config.exporterOtlpCompression() == TraceConfig.Compression.GZIP;
    }

    private static HttpClientOptions options(TraceConfig config, CollectorUrl endpoint) {
        HttpClientOptions options = new HttpClientOptions();
        configure(options, config, endpoint);
        return options;
    }

    private static void configure(HttpClientOptions options, TraceConfig config, CollectorUrl endpoint) {
        options.setConnectTimeout(config.exporterOtlpTimeout());
        if (endpoint.isEncrypted()) {
            options.setSsl(true).setUseAlpn(true);
        }
        config.exporterOtlpCertificate()
                .ifPresent(file -> options.setTrustOptions(new PemTrustOptions().addCertPath(file.toString())));
    }

    /** Leaves out what the collector says: only its administrator knows what that is. */
    private static String reason(Throwable failure) {
        if (failure instanceof ConnectException) {
            return "the connection was refused";
        }
        if (failure instanceof UnknownHostException) {
            return "its host is unknown";
        }
        if (failure instanceof SSLException && !(failure instanceof SslHandshakeTimeoutException)) {
            return "TLS failed, see OTEL_EXPORTER_OTLP_CERTIFICATE";
        }
        if (failure instanceof TimeoutException || failure instanceof SslHandshakeTimeoutException) {
            return "it does not answer in time";
        }
        if (failure instanceof HttpClosedException || failure instanceof IOException) {
            return "the connection was closed";
        }
        return "the request failed (" + failure.getClass().getSimpleName() + ")";
    }

    /** What became of a batch. The first report counts: a late answer changes nothing. */
    private final class Outcome implements Consumer<String> {

        private final int spans;
        private final CompletableResultCode result = new CompletableResultCode();
        private boolean known;

        private Outcome(int spans) {
            this.spans = spans;
        }

        @Override
        public synchronized void accept(String failure) {
            if (known) {
                return;
            }
            known = true;
            if (failure == null) {
                log.succeeded(spans);
                result.succeed();
            } else {
                log.failed(spans, failure);
                result.fail();
            }
        }
    }

    /** Repeats a request if the collector was not reached, or says that it can take it later. */
    private static final class Http implements Client {

        private static final Set<Integer> LATER = Set.of(429, 502, 503, 504);
        private static final int MAX_ATTEMPTS = 3;
        private static final long DELAY_MILLIS = 500;

        private final Vertx vertx;
        private final OtlpHttpClient client;

        private Http(Vertx vertx, TraceConfig config, CollectorUrl endpoint, Map<String, String> headers) {
            this.vertx = vertx;
            this.client = new OtlpHttpClient(vertx, options(config, endpoint), url(config, endpoint), headers,
                    isCompressed(config), config.exporterOtlpTimeout());
        }

        private static String url(TraceConfig config, CollectorUrl endpoint) {
            String url = endpoint.url().toString();
            if (config.exporterOtlpTracesEndpoint().isPresent()) {
                return url;
            }
            return (url.endsWith("/") ? url.substring(0, url.length() - 1) : url) + TRACES_PATH;
        }

        @Override
        public void send(Marshaler request, Consumer<String> done) {
            attempt(client.bodyOf(request), 1, done);
        }

        private void attempt(Buffer body, int number, Consumer<String> done) {
            client.send(body, new OtlpHttpClient.Callbacks(
                    status -> finish(body, number, done, LATER.contains(status),
                            status / HUNDRED == SUCCESS ? null : "it answers with status " + status),
                    failure -> finish(body, number, done, !(failure instanceof TimeoutException), reason(failure))));
        }

        private void finish(Buffer body, int number, Consumer<String> done, boolean again, String failure) {
            if (failure != null && again && number < MAX_ATTEMPTS) {
                vertx.setTimer(DELAY_MILLIS, later -> attempt(body, number + 1, done));
            } else {
                done.accept(failure);
            }
        }

        @Override
        public CompletableResultCode shutdown() {
            client.close();
            return CompletableResultCode.ofSuccess();
        }
    }

    private static final class Grpc implements Client {

        private final VertxGrpcSender sender;

        private Grpc(Vertx vertx, TraceConfig config, CollectorUrl endpoint, Map<String, String> headers) {
            sender = new VertxGrpcSender(endpoint.url(), VertxGrpcSender.GRPC_TRACE_SERVICE_NAME, isCompressed(config),
                    timeout(config), headers,
                    options -> configure(options, config, endpoint), vertx);
        }

        // The interface of the client has no type for its callbacks.
        @SuppressWarnings({ "rawtypes", "unchecked" })
        @Override
        public void send(Marshaler request, Consumer<String> done) {
            Consumer success = answer -> done.accept(null);
            Consumer failure = reason -> done.accept(reason((Throwable) reason));
            sender.send(request, success, failure);
        }

        @Override
        public CompletableResultCode shutdown() {
            return sender.shutdown();
        }
    }
}
