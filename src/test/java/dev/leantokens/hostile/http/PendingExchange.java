package dev.leantokens.hostile.http;

import static dev.leantokens.hostile.http.AttackedService.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.random.RandomGenerator;

import dev.leantokens.hostile.http.AttackedService.Protocol;
import dev.leantokens.hostile.http.TokenRequest.Port;
import dev.leantokens.testing.RawHttp2;

/**
 * A valid request whose client goes away before, while or after Lean answers it.
 *
 * @param pauseMillis between the request and its end
 */
record PendingExchange(Port port, TokenRequest request, Protocol protocol, End end,
        int pauseMillis) implements HostileCallersCampaignIT.Exchange {

    private static final int WINDOW = 1 << 16;

    enum End {
        RESET,
        FINISH,
        /** Resets the stream, and ends the connection. */
        CANCEL,
        /** Leaves no window for the response. */
        NO_WINDOW
    }

    static PendingExchange generate(Port port, RandomGenerator random) {
        return new PendingExchange(port, TokenRequest.random(port, random).late(), Protocol.values()[random.nextInt(2)],
                End.values()[random.nextInt(End.values().length)], random.nextInt(2 * AttackedService.LATE_MILLIS));
    }

    @Override
    public boolean play(AttackedService service) {
        try (Conversation conversation = service.open(port, protocol)) {
            boolean http2 = protocol == Protocol.HTTP_2;
            conversation.send(http2 ? request.http2(new RawHttp2().preface(end == End.NO_WINDOW ? 0 : WINDOW), 1).bytes()
                    : TokenRequest.bytes(request.http1()));
            conversation.pauseUntilClosed(pauseMillis);
            if (http2 && end == End.CANCEL) {
                conversation.send(new RawHttp2().cancel(1).bytes());
            }
            if (end == End.RESET || end == End.NO_WINDOW) {
                conversation.reset();
                return false;
            }
            conversation.finish();
            conversation.awaitClose(PATIENCE);
            if (http2) {
                Http2Responses responses = Http2Responses.of(conversation.received());
                assertThat(responses.statuses().values()).isSubsetOf("200");
                assertThat(TokenRequest.scopesIn(responses.body(1))).isSubsetOf(request.scope());
            } else {
                Http1Answers answers = Http1Answers.of(conversation.received());
                assertThat(answers.statuses()).isSubsetOf(200);
                assertThat(answers.scopes()).isSubsetOf(request.scope());
            }
            return false;
        } catch (AssertionError e) {
            throw new AssertionError(protocol + " at " + port + ", " + end + " after " + pauseMillis + " ms: " + e.getMessage(),
                    e);
        }
    }
}
