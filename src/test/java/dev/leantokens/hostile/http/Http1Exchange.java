package dev.leantokens.hostile.http;

import static dev.leantokens.hostile.http.AttackedService.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

import dev.leantokens.hostile.http.AttackedService.Protocol;
import dev.leantokens.hostile.http.TokenRequest.Port;

/**
 * Pipelined requests of several clients over HTTP/1.1.
 *
 * @param expected the statuses; empty if the bytes are mutated
 * @param scopes of the tokens that must come back, in this order; if the bytes are mutated, of those that may
 * @param refused the other scopes, of requests that are refused or hidden in the body of one; a mutation can reveal them
 * @param end how the client ends the connection
 */
record Http1Exchange(Port port, byte[] bytes, Segments segments, List<Integer> expected, List<String> scopes,
        List<String> refused, End end) implements HostileCallersCampaignIT.Exchange {

    /** A complete request, which ends the connection. */
    private static final String LAST = "GET /q/health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    /** Characters that no name of a header has. */
    private static final String NO_NAME = " \t\0\"(),/;<=>?@[\\]{}\u007f\u00a0";
    private static final int MAX_BODY = 16 * 1024;
    private static final long INTERVAL_MILLIS = 100;
    /** Soon fills a body that is longer than what was sent. */
    private static final String LONG = LAST.replace("Connection", "X-Long: " + "x".repeat(5_000) + "\r\nConnection");

    enum End {
        READ,
        RESET,
        FINISH
    }

    static Http1Exchange generate(Port port, RandomGenerator random) {
        StringBuilder text = new StringBuilder();
        List<Integer> expected = new ArrayList<>();
        List<String> scopes = new ArrayList<>();
        TokenRequest hidden = TokenRequest.random(port, random);
        List<String> refused = new ArrayList<>(List.of(hidden.scope()));
        int requests = 1 + random.nextInt(4);
        boolean ended = false;
        for (int i = 0; i < requests; i++) {
            TokenRequest request = TokenRequest.random(port, random);
            int kind = random.nextInt(8);
            if (kind == 0) {
                // A body whose end is unknown; what it seems to contain must not be served.
                text.append(request.head("Transfer-Encoding: " + new String[] { "xchunked", "identity", "gzip, chunked",
                        "chunked, chunked", "chunked;q=1" }[random.nextInt(5)])).append("\r\n").append(hidden.http1());
                expected.add(400);
                refused.add(request.scope());
                ended = true;
                break;
            }
            if (kind == 1) {
                int padding = MAX_BODY - request.body().length() + random.nextInt(3) - 1;
                String body = request.body() + " ".repeat(padding);
                boolean chunked = random.nextBoolean();
                text.append(request.head(chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + body.length()))
                        .append("\r\n").append(chunked ? Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n"
                                : body);
                if (body.length() > MAX_BODY) {
                    expected.add(413);
                    refused.add(request.scope());
                    ended = true;
                    break;
                }
            } else if (kind == 2) {
                text.append(request.http1().replace(request.client().secret(), "unknown-secret-0123456789"));
                expected.add(401);
                refused.add(request.scope());
                continue;
            } else if (kind == 3) {
                // Without credentials, it would be 401.
                String name = "authorization";
                int position = 1 + random.nextInt(name.length());
                text.append(request.http1().replace(name + ":", name.substring(0, position)
                        + NO_NAME.charAt(random.nextInt(NO_NAME.length())) + name.substring(position) + ":"));
                expected.add(400);
                ended = true;
                break;
            } else {
                text.append(kind < 6 ? request.chunked(1 + random.nextInt(40), 1 + random.nextInt(200)) : request.http1());
            }
            expected.add(200);
            scopes.add(request.scope());
        }
        if (!ended) {
            expected.add(port == Port.REST ? 200 : 404);
        }
        byte[] valid = TokenRequest.bytes(text + LAST);
        boolean mutated = random.nextInt(3) > 0;
        byte[] bytes = mutated ? Mutation.of(valid, random) : valid;
        End end = mutated ? End.values()[Math.max(0, random.nextInt(6) - 3)] : End.READ;
        if (end != End.READ) {
            bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
        }
        return new Http1Exchange(port, bytes, Segments.cut(bytes, random), mutated ? List.of() : expected, scopes,
                refused, end);
    }

    @Override
    public boolean play(AttackedService service) {
        try (Conversation conversation = service.open(port, Protocol.HTTP_1)) {
            segments.sendTo(conversation);
            if (end == End.RESET) {
                conversation.reset();
                return false;
            }
            if (end == End.FINISH) {
                conversation.finish();
            }
            awaitEnd(conversation);
            Http1Answers answers = Http1Answers.of(conversation.received());
            assertThat(answers.statuses()).allMatch(status -> status < 500 || status == 505);
            List<String> own = new ArrayList<>(scopes);
            own.addAll(refused);
            HostileCallersCampaignIT.assertOwn(answers.scopes(), own);
            if (!expected.isEmpty()) {
                assertExpected(answers.statuses());
                assertThat(answers.scopes()).as("not what is hidden in a body").isEqualTo(scopes)
                        .doesNotContainAnyElementsOf(refused);
            } else {
                assertThat(scopes.stream().filter(answers.scopes()::contains)).as("in order")
                        .containsExactlyElementsOf(answers.scopes().stream().filter(scopes::contains).distinct().toList());
            }
            return expected.isEmpty() && !answers.scopes().isEmpty();
        } catch (AssertionError e) {
            throw new AssertionError("HTTP/1.1 at " + port + ", " + end + ": " + Conversation.text(bytes) + "\n"
                    + e.getMessage(), e);
        }
    }

    /** If all of a body that is too large has arrived when it is refused, the connection serves the last request. */
    private void assertExpected(List<Integer> statuses) {
        boolean tooLarge = expected.get(expected.size() - 1) == 413;
        assertThat(tooLarge && statuses.size() == expected.size() + 1 ? statuses.subList(0, expected.size()) : statuses)
                .isEqualTo(expected);
    }

    /** Goes on sending requests: the connection can wait for the rest of a body only for so long. */
    private void awaitEnd(Conversation conversation) {
        long start = System.nanoTime();
        while (!conversation.isClosed() && System.nanoTime() - start < PATIENCE.toNanos()) {
            conversation.pauseUntilClosed(INTERVAL_MILLIS);
            if (end == End.READ) {
                conversation.send(LONG);
            }
        }
        conversation.awaitClose(Duration.ofSeconds(1));
    }
}
