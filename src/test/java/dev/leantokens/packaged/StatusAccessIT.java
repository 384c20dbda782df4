package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.testing.EventStream;
import dev.leantokens.testing.RawHttp;

/** Who sees the status, for every combination of settings, address, headers and credentials. */
class StatusAccessIT {

    private static final String ID = "payments";
    private static final String SECRET = "secret-of-payments-0123456789";
    private static final String EVENTS = "/status/events";

    /** How a request comes. */
    private enum Sender {
        LOCAL(RawHttp.LOOPBACK, "Host: localhost"),
        LOCAL_BY_A_PROXY(RawHttp.LOOPBACK, "Host: localhost\r\nX-Forwarded-For: 127.0.0.1"),
        LOCAL_BY_A_TUNNEL(RawHttp.LOOPBACK, "Host: localhost\r\nCF-Ray: 1"),
        LOCAL_WITH_A_REBOUND_NAME(RawHttp.LOOPBACK, "Host: evil.example"),
        LOCAL_FROM_A_FOREIGN_PAGE(RawHttp.LOOPBACK, "Host: localhost\r\nOrigin: https://evil.example"),
        REMOTE(RawHttp.ELSEWHERE, "Host: localhost"),
        REMOTE_THAT_CLAIMS_TO_BE_LOCAL(RawHttp.ELSEWHERE, "Host: localhost\r\nForwarded: for=127.0.0.1");

        private final String address;
        private final String headers;

        Sender(String address, String headers) {
            this.address = address;
            this.headers = headers;
        }

        private boolean isForeign() {
            return this == LOCAL_WITH_A_REBOUND_NAME || this == LOCAL_FROM_A_FOREIGN_PAGE;
        }
    }

    private enum Credentials {
        NONE(""),
        OF_A_LOCAL_CLIENT(basic(ID, SECRET)),
        WITH_A_WRONG_SECRET(basic(ID, SECRET + "x")),
        /** Only Lean can verify them. */
        OF_LEAN(basic("7c9e6679-7425-40de-944b-e07fc1f90ae7", "secret"));

        private final String header;

        Credentials(String header) {
            this.header = header;
        }

        private static String basic(String id, String secret) {
            return "Authorization: Basic "
                    + Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(StandardCharsets.UTF_8)) + "\r\n";
        }
    }

    private enum Outcome {
        STATUS,
        LINKS,
        UNAUTHORIZED,
        FORBIDDEN
    }

    @ParameterizedTest
    @CsvSource({ "loopback, true", "always, true", "never, true", "loopback, false" })
    void onlyCallersHereAndLocalClientsSeeTheStatus(String anonymous, boolean page) {
        try (PackagedApplication application = PackagedApplication.start(environment(anonymous, page))) {
            for (Sender sender : Sender.values()) {
                for (Credentials credentials : Credentials.values()) {
                    String combination = sender + " " + credentials;
                    Outcome expected = expected(anonymous, page, sender, credentials);

                    assertThat(page(application, sender, credentials)).as(combination).isEqualTo(expected);
                    assertThat(way(application, sender, credentials)).as(combination).isEqualTo(switch (expected) {
                        case STATUS -> 303;
                        case LINKS -> page ? 401 : 404;
                        case UNAUTHORIZED -> 401;
                        case FORBIDDEN -> 403;
                    });
                    int events = events(application, sender, credentials);
                    assertThat(events).as(combination).isEqualTo(switch (expected) {
                        case STATUS -> 200;
                        case LINKS -> page ? 401 : 404;
                        case UNAUTHORIZED -> 401;
                        case FORBIDDEN -> 403;
                    });
                }
            }
            String line = "Status page: http://localhost:" + application.port() + "/, for "
                    + (anonymous.equals("never") ? "" : "callers on this machine and ") + "local clients\n";
            if (page) {
                assertThat(application.log()).contains(line);
            } else {
                assertThat(application.log()).doesNotContain("Status page");
            }
            assertThat(application.log()).doesNotContain(SECRET);
        }
    }

    private static Outcome expected(String anonymous, boolean page, Sender sender, Credentials credentials) {
        if (sender.isForeign()) {
            return Outcome.FORBIDDEN;
        }
        if (credentials == Credentials.WITH_A_WRONG_SECRET) {
            return Outcome.UNAUTHORIZED;
        }
        boolean here = sender == Sender.LOCAL && !anonymous.equals("never");
        return page && (here || credentials == Credentials.OF_A_LOCAL_CLIENT) ? Outcome.STATUS : Outcome.LINKS;
    }

    @Test
    void streamsEndWhenTheServiceStops() {
        try (PackagedApplication application = PackagedApplication.start(environment("loopback", true));
                EventStream stream = new EventStream(RawHttp.LOOPBACK, application.port(), EVENTS)) {
            assertThat(stream.nextData()).isNotEmpty();

            application.terminate();

            // Until the end of the stream.
            while (stream.nextData() != null) {
                continue;
            }
            assertThat(application.exitCode()).isEqualTo(143);
            assertThat(application.log()).doesNotContain("Timed out").doesNotContain("\tat ");
        }
    }

    private static Map<String, String> environment(String anonymous, boolean page) {
        Map<String, String> environment = new HashMap<>(Map.of("LEAN_URL", "http://localhost:1", "ACCESS_ANONYMOUS", anonymous,
                "ACCESS_CLIENTS_PAYMENTS_SECRET", SECRET, "ACCESS_CLIENTS_PAYMENTS_SCOPES", "api"));
        if (!page) {
            environment.put("STATUS_PAGE", "false");
        }
        return environment;
    }

    private static Outcome page(PackagedApplication application, Sender sender, Credentials credentials) {
        RawHttp.Response response = RawHttp.send(sender.address, application.port(), "GET / HTTP/1.1\r\n" + sender.headers
                + "\r\n" + credentials.header + "Accept: text/html\r\nConnection: close\r\n\r\n");
        return switch (response.status()) {
            case 200 -> response.body().contains("id=\"tiles\"") ? Outcome.STATUS : links(response);
            case 401 -> Outcome.UNAUTHORIZED;
            case 403 -> Outcome.FORBIDDEN;
            default -> throw new AssertionError(response);
        };
    }

    /** @return the status of the path that asks for credentials */
    private static int way(PackagedApplication application, Sender sender, Credentials credentials) {
        RawHttp.Response response = RawHttp.send(sender.address, application.port(), "GET /status HTTP/1.1\r\n"
                + sender.headers + "\r\n" + credentials.header + "Connection: close\r\n\r\n");
        if (response.status() == 303) {
            assertThat(response.headers()).containsEntry("Location", "/");
        } else if (response.status() == 401) {
            assertThat(response.headers().get("WWW-Authenticate")).startsWith("Basic ");
        }
        return response.status();
    }

    private static Outcome links(RawHttp.Response response) {
        assertThat(response.body()).contains("/v1/oauth2/token").doesNotContain("SNAPSHOT");
        return Outcome.LINKS;
    }

    private static int events(PackagedApplication application, Sender sender, Credentials credentials) {
        String headers = sender.headers.replaceFirst("^Host: [^\r]*(\r\n)?", "");
        if (sender == Sender.LOCAL_WITH_A_REBOUND_NAME) {
            return RawHttp.send(sender.address, application.port(), "GET " + EVENTS + " HTTP/1.1\r\n" + sender.headers + "\r\n"
                    + credentials.header + "Connection: close\r\n\r\n").status();
        }
        try (EventStream stream = new EventStream(sender.address, application.port(), EVENTS,
                (headers.isEmpty() ? "" : headers + "\r\n") + credentials.header + "Accept: text/event-stream")) {
            return stream.status();
        }
    }
}
