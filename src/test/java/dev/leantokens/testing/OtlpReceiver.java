package dev.leantokens.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

import org.awaitility.Awaitility;

import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;

/**
 * A collector of traces that takes OTLP over HTTP, and the settings with which the application uses it. Test classes declare it
 * by {@code @WithTestResource} and get it in a field of this type.
 */
public class OtlpReceiver implements QuarkusTestResourceLifecycleManager {

    private HttpServer server;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile int status = 200;

    /** A request to the collector. */
    public record Request(String path, Map<String, String> headers, byte[] body) {

        /** @return the body, with one character for each byte */
        public String text() {
            return new String(body, StandardCharsets.ISO_8859_1);
        }

        ExportTraceServiceRequest decoded() {
            try {
                return ExportTraceServiceRequest.parseFrom(body);
            } catch (InvalidProtocolBufferException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A span, as it was received. */
    public record ReceivedSpan(Span span) {

        public String name() {
            return span.getName();
        }

        public String traceId() {
            return HexFormat.of().formatHex(span.getTraceId().toByteArray());
        }

        public String id() {
            return HexFormat.of().formatHex(span.getSpanId().toByteArray());
        }

        /** @return empty for a root */
        public String parent() {
            return HexFormat.of().formatHex(span.getParentSpanId().toByteArray());
        }

        public boolean isServer() {
            return span.getKind() == Span.SpanKind.SPAN_KIND_SERVER;
        }

        public boolean isError() {
            return span.getStatus().getCode().getNumber() == 2;
        }

        public List<String> links() {
            return span.getLinksList().stream().map(link -> HexFormat.of().formatHex(link.getSpanId().toByteArray())).toList();
        }

        /** @return the attributes in order of their names; the values as text */
        public Map<String, String> attributes() {
            return textOf(span.getAttributesList());
        }
    }

    @Override
    public Map<String, String> start() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "collector");
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/", this::receive);
        server.start();
        return Map.of("otel.exporter.otlp.endpoint", url(), "otel.bsp.schedule.delay", "50");
    }

    private void receive(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        Map<String, String> headers = exchange.getRequestHeaders().entrySet().stream()
                .collect(Collectors.toMap(header -> header.getKey().toLowerCase(Locale.ROOT),
                        header -> String.join(", ", header.getValue())));
        if ("gzip".equals(headers.get("content-encoding"))) {
            body = new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
        }
        requests.add(new Request(exchange.getRequestURI().toString(), headers, body));
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(this, new TestInjector.MatchesType(OtlpReceiver.class));
    }

    @Override
    public void stop() {
        server.stop(0);
    }

    public String url() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /** Answers all further requests with this status. */
    public void answers(int next) {
        status = next;
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** @return all spans that were received, in the order of their ends */
    public List<ReceivedSpan> spans() {
        return requests.stream().flatMap(request -> request.decoded().getResourceSpansList().stream())
                .flatMap(resource -> resource.getScopeSpansList().stream())
                .flatMap(scope -> scope.getSpansList().stream()).map(ReceivedSpan::new).toList();
    }

    /** @return the attributes of the process in the first request */
    public Map<String, String> resource() {
        return textOf(requests.get(0).decoded().getResourceSpans(0).getResource().getAttributesList());
    }

    /** Waits for a span. */
    public ReceivedSpan await(Predicate<ReceivedSpan> wanted) {
        Awaitility.await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(spans()).describedAs(this::described).anyMatch(wanted));
        return spans().stream().filter(wanted).findFirst().orElseThrow();
    }

    private String described() {
        return spans().stream().map(span -> span.traceId() + " " + span.parent() + " " + span.id() + " " + span.name() + " "
                + span.attributes()).collect(Collectors.joining("\n", "spans:\n", "\n"));
    }

    /** Waits for the span of a caller's request. */
    public ReceivedSpan awaitChildOf(String parent, Predicate<ReceivedSpan> wanted) {
        return await(span -> span.parent().equals(parent) && wanted.test(span));
    }

    private static Map<String, String> textOf(List<KeyValue> attributes) {
        Map<String, String> texts = new TreeMap<>();
        for (KeyValue attribute : attributes) {
            texts.put(attribute.getKey(), switch (attribute.getValue().getValueCase()) {
                case STRING_VALUE -> attribute.getValue().getStringValue();
                case INT_VALUE -> Long.toString(attribute.getValue().getIntValue());
                case BOOL_VALUE -> Boolean.toString(attribute.getValue().getBoolValue());
                case DOUBLE_VALUE -> Double.toString(attribute.getValue().getDoubleValue());
                default -> attribute.getValue().toString();
            });
        }
        return texts;
    }
}
