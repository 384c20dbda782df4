package dev.leantokens.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.EventStream;
import dev.leantokens.testing.Http2Client;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Peers;
import dev.leantokens.testing.RawHttp;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.vertx.core.http.HttpVersion;

/** The status, as the page and its events show it. */
@QuarkusTest
@WithTestResource(LeanStub.class)
class StatusEventsTest {

    private static final String EVENTS = "/status/events";
    private static final Pattern ID = Pattern.compile("<\\w+ id=\"([\\w-]+)\"");
    private static final int MAX_STREAMS = 5;

    LeanStub lean;

    @BeforeEach
    void reset() {
        lean.reset();
    }

    @Test
    void streamStartsWithAllPartsOfThePage() {
        String page = page();
        try (EventStream stream = open()) {
            assertThat(stream.status()).isEqualTo(200);
            Set<String> ids = new HashSet<>();
            String part = stream.nextData();
            // The clock comes first, and again with the changes.
            while (ids.add(idOf(part))) {
                part = stream.nextData();
            }

            assertThat(ids).contains("at", "tiles", "budget", "charts", "tokens", "errors");
            assertThat(ids).allSatisfy(id -> assertThat(page).contains("id=\"" + id + "\""));
        }
    }

    @Test
    void requestForATokenAppearsWithoutANewStream() {
        try (EventStream stream = open()) {
            nextPart(stream, "errors");
            peers().rest(RawHttp.LOOPBACK);
            peers().rest(RawHttp.LOOPBACK, ",\"grant_type\":\"password\"");

            String errors = nextPart(stream, "errors");
            while (!errors.replace("<wbr>", "").contains("UNSUPPORTED_GRANT_TYPE")) {
                errors = nextPart(stream, "errors");
            }
        }
    }

    /** A token call is counted by Lean, and a page that causes one would spend the budget. */
    @Test
    void statusCausesNoTokenCall() {
        page();
        try (EventStream stream = open()) {
            nextPart(stream, "errors");
        }

        assertThat(lean.requestsOf("/oauth2/token")).isZero();
        assertThat(lean.requestsOf("/.well-known/oauth-authorization-server")).isLessThanOrEqualTo(1);
    }

    /** Whatever callers sent: ids, secrets, tokens, customers, scopes, paths. */
    @Test
    void statusHasNothingThatCallersSentOrLeanAnswered() {
        String customer = "cust" + UUID.randomUUID();
        String localId = "local" + System.nanoTime();
        String secret = "s3cr3t" + System.nanoTime();
        String callers = ",\"client_id\":\"%s\",\"client_secret\":\"%s\"".formatted(LeanStub.CALLERS_ID,
                LeanStub.CALLERS_SECRET);
        lean.givesTokensOfTheirOwn(3600);
        peers().token(RawHttp.LOOPBACK, "customer." + customer, "");
        peers().token(RawHttp.LOOPBACK, "customer." + customer, callers);
        peers().token(RawHttp.ELSEWHERE, "other." + customer, callers);
        peers().rest(RawHttp.ELSEWHERE, "", "Authorization: Basic " + Base64.getEncoder()
                .encodeToString((localId + ":" + secret).getBytes(StandardCharsets.UTF_8)));
        peers().rest(RawHttp.LOOPBACK, "", "Authorization: Bearer " + secret);
        get("/" + secret, "Host: localhost");

        List<String> texts = new ArrayList<>(List.of(page(), get("/", "Host: localhost").body()));
        try (EventStream stream = open()) {
            String part = stream.nextData();
            while (!idOf(part).equals("errors")) {
                texts.add(part);
                part = stream.nextData();
            }
            texts.add(part);
        }

        assertThat(String.join("\n", texts).replace("<wbr>", "")).contains("CALLER_REFUSED").doesNotContain(customer, localId,
                secret,
                LeanStub.CLIENT_ID,
                LeanStub.CLIENT_SECRET, LeanStub.CALLERS_ID, LeanStub.CALLERS_SECRET, LeanStub.TOKEN, "s3cr3t", "127.0.0.2");
    }

    @Test
    void othersGetLinksAndNoEvents() {
        String links = getFrom(RawHttp.ELSEWHERE, "/", "Host: localhost", "Accept: text/html").body();
        assertThat(links).contains("/v1/oauth2/token").doesNotContain("id=\"tiles\"");

        RawHttp.Response events = getFrom(RawHttp.ELSEWHERE, EVENTS, "Host: localhost");
        assertThat(events.status()).isEqualTo(401);
        assertThat(events.headers()).containsKey("WWW-Authenticate");
        assertThat(events.body()).startsWith("{\"error\":\"invalid_client\"");

        RawHttp.Response proxied = get(EVENTS, "Host: localhost", "X-Forwarded-For: 127.0.0.1");
        assertThat(proxied.status()).isEqualTo(401);
        assertThat(proxied.body()).contains("proxies");
    }

    @Test
    void foreignPagesGetNoEvents() {
        assertThat(get(EVENTS, "Host: evil.example").status()).isEqualTo(403);
        assertThat(get(EVENTS, "Host: localhost", "Origin: https://evil.example").status()).isEqualTo(403);
        // As an image, which a page can ask for many times.
        assertThat(get(EVENTS, "Host: localhost", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors").status())
                .isEqualTo(403);
    }

    @Test
    void onlyReadingIsAllowed() {
        assertThat(request(RawHttp.LOOPBACK, "POST", EVENTS, "Host: localhost").status()).isEqualTo(405);
        RawHttp.Response head = request(RawHttp.LOOPBACK, "HEAD", EVENTS, "Host: localhost");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.headers()).containsEntry("Content-Type", "text/event-stream").containsEntry("Cache-Control",
                "no-store");
        assertThat(get(EVENTS + "/more", "Host: localhost").status()).isEqualTo(404);
    }

    @Test
    void mcpPortHasNoEvents() {
        assertThat(RawHttp.send(RawHttp.LOOPBACK, lean.mcpPort(),
                "GET " + EVENTS + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").status()).isEqualTo(404);
    }

    @Test
    void onlyAFewStreamsAreOpenAtATime() {
        List<EventStream> streams = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                streams.add(open());
            }
            assertThat(streams.stream().filter(stream -> stream.status() == 200)).hasSizeLessThanOrEqualTo(MAX_STREAMS);
            RawHttp.Response refused = get(EVENTS, "Host: localhost");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.headers()).containsEntry("Retry-After", "30");
            assertThat(refused.body()).startsWith("{\"error\":\"temporarily_unavailable\"");
            // The page itself needs no stream.
            assertThat(page()).contains("id=\"tiles\"");
        } finally {
            streams.forEach(EventStream::close);
        }
        await().untilAsserted(() -> {
            try (EventStream stream = open()) {
                assertThat(stream.status()).isEqualTo(200);
            }
        });
    }

    @Test
    void streamsCloseAtAnyMoment() {
        for (int i = 0; i < 5 * MAX_STREAMS; i++) {
            try (EventStream stream = open()) {
                if (i % 3 == 0 && stream.status() == 200) {
                    stream.nextData();
                }
            }
        }
        await().untilAsserted(() -> {
            try (EventStream stream = open()) {
                assertThat(stream.status()).isEqualTo(200);
                assertThat(stream.nextData()).isNotEmpty();
            }
        });
        assertThat(peers().rest(RawHttp.LOOPBACK).status()).isEqualTo(200);
    }

    @Test
    void streamWorksOverHttp2() {
        try (Http2Client client = new Http2Client()) {
            Http2Client.Response response = client.getUntil(EVENTS, "id=\"errors\"");

            assertThat(response.version()).isEqualTo(HttpVersion.HTTP_2);
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.body()).contains("id=\"errors\"");
        }
    }

    private static String nextPart(EventStream stream, String id) {
        String part = stream.nextData();
        while (!idOf(part).equals(id)) {
            part = stream.nextData();
        }
        return part;
    }

    private static String idOf(String part) {
        Matcher id = ID.matcher(part);
        assertThat(id.find()).as(part).isTrue();
        return id.group(1);
    }

    private static EventStream open() {
        return new EventStream(RawHttp.LOOPBACK, RestAssured.port, EVENTS);
    }

    private static String page() {
        return get("/", "Host: localhost", "Accept: text/html").body();
    }

    private Peers peers() {
        return new Peers(RestAssured.port, lean.mcpPort());
    }

    private static RawHttp.Response get(String path, String... headers) {
        return getFrom(RawHttp.LOOPBACK, path, headers);
    }

    private static RawHttp.Response getFrom(String from, String path, String... headers) {
        return request(from, "GET", path, headers);
    }

    private static RawHttp.Response request(String from, String method, String path, String... headers) {
        return RawHttp.send(from, RestAssured.port, method + " " + path + " HTTP/1.1\r\n" + String.join("\r\n", headers)
                + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
}
