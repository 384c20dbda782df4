package dev.leantokens.soak;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

import dev.leantokens.soak.Figures.Source;
import dev.leantokens.soak.TokenRequest.Kind;
import io.vertx.core.json.JsonObject;

/** Sends requests over REST: as JSON, as a form, and as a form with HTTP Basic. */
final class RestCaller implements Caller {

    private static final String JSON = "application/json";
    private static final String FORM = "application/x-www-form-urlencoded";

    private static final List<Malformed> MALFORMED = List.of(
            new Malformed(JSON, "{\"scope\":\"api\"", 400, "invalid_request"),
            new Malformed(JSON, "", 400, "invalid_request"),
            new Malformed(JSON, "[\"" + Clients.MARK + "\"]", 400, "invalid_request"),
            new Malformed(JSON, "{}", 400, "invalid_scope"),
            new Malformed(JSON, "{\"scope\":\"api\",\"scope\":\"api\"}", 400, "invalid_request"),
            new Malformed(JSON, "{\"scope\":7}", 400, "invalid_request"),
            new Malformed(JSON, "{\"scope\":\"api\",\"client_secret\":\"" + Clients.MARK + "\"}", 400, "invalid_request"),
            new Malformed(JSON, "{\"scope\":\"api\",\"client_id\":\"me\",\"client_secret\":\"" + Clients.MARK + "\"}", 401,
                    "invalid_client"),
            new Malformed(JSON, "{\"scope\":\"" + Clients.MARK + "\"}", 400, "invalid_scope"),
            new Malformed(JSON, "{\"scope\":\"api\",\"filler\":\"" + "x".repeat(20_000) + "\"}", 413, "invalid_request"),
            new Malformed(FORM, "scope=api%20payments", 400, "invalid_scope"),
            new Malformed(FORM, "scope=%zz", 400, "invalid_request"),
            new Malformed(FORM, "scope=api&grant_type=password", 400, "unsupported_grant_type"),
            new Malformed("text/plain", "scope=api", 415, "invalid_request"));

    private final URI uri;
    private final Wire wire;
    private final AnswerCheck check;
    private final Tally tally;

    /** A malformed request and the expected response. */
    private record Malformed(String type, String body, int status, String error) {
    }

    RestCaller(URI uri, Wire wire, AnswerCheck check, Tally tally) {
        this.uri = uri;
        this.wire = wire;
        this.check = check;
        this.tally = tally;
    }

    @Override
    public CompletableFuture<?> send(TokenRequest wanted) {
        return wire.send(request(wanted)).thenAccept(reply -> received(wanted, reply));
    }

    @Override
    public CompletableFuture<?> sendMalformed() {
        Malformed malformed = MALFORMED.get(ThreadLocalRandom.current().nextInt(MALFORMED.size()));
        HttpRequest request = HttpRequest.newBuilder(uri).header("Content-Type", malformed.type())
                .POST(BodyPublishers.ofString(malformed.body())).build();
        return wire.send(request).thenAccept(reply -> {
            tally.error(Integer.toString(reply.status()), reply.nanos());
            check.headers(reply);
            check.refusal(malformed.type() + " " + malformed.body().substring(0, Math.min(100, malformed.body().length())),
                    malformed.status(), malformed.error(), reply.status(), reply.json().orElseGet(JsonObject::new), reply);
        });
    }

    private HttpRequest request(TokenRequest wanted) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        if (wanted.kind() == Kind.FRESH_TOKEN) {
            request.header("Cache-Control", "no-cache");
        }
        wanted.jwt().ifPresent(jwt -> request.header("Authorization", "Bearer " + jwt));
        String id = wanted.credentials().clientId();
        String secret = wanted.credentials().clientSecret();
        switch (ThreadLocalRandom.current().nextInt(3)) {
            case 0 -> {
                JsonObject body = new JsonObject().put("scope", wanted.scope());
                if (wanted.sendsCredentials()) {
                    body.put("client_id", id).put("client_secret", secret);
                }
                request.header("Content-Type", JSON).POST(BodyPublishers.ofString(body.encode()));
            }
            case 1 -> {
                String credentials = wanted.sendsCredentials() ? "&client_id=" + encode(id) + "&client_secret=" + encode(secret)
                        : "";
                request.header("Content-Type", FORM).POST(BodyPublishers.ofString(form(wanted) + credentials));
            }
            default -> {
                if (wanted.sendsCredentials()) {
                    request.header("Authorization", "Basic " + Base64.getEncoder()
                            .encodeToString((encode(id) + ":" + encode(secret)).getBytes(StandardCharsets.US_ASCII)));
                }
                request.header("Content-Type", FORM).POST(BodyPublishers.ofString(form(wanted)));
            }
        }
        return request.build();
    }

    private static String form(TokenRequest wanted) {
        return "grant_type=client_credentials&scope=" + encode(wanted.scope());
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private void received(TokenRequest wanted, Reply reply) {
        Optional<JsonObject> json = reply.json();
        if (json.isEmpty()) {
            check.unreadable(wanted.toString(), reply);
            return;
        }
        check.headers(reply);
        if (reply.status() == 200) {
            Source source = Source.of(reply.header("Cache-Status").orElse(""));
            tally.token(source, reply.nanos());
            check.token(wanted, json.get(), source, reply);
        } else {
            tally.error(Integer.toString(reply.status()), reply.nanos());
            check.error(wanted, Optional.of(reply.status()), json.get(), reply);
        }
    }
}
