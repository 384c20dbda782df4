package dev.leantokens.hostile.lean;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.leantokens.testing.RawServer.Connection;
import dev.leantokens.testing.RawServer.Request;
import dev.leantokens.testing.RudeLean;

/**
 * What a server does on a connection. In texts, {@code $BODY} stands for the body of the right response to the request,
 * {@code $LENGTH} for its length and {@code $HEX} for the same in hexadecimal digits; {@code $FORGED} and
 * {@code $FORGED_LENGTH} stand for a body that the client must not believe.
 */
sealed interface Step {

    /**
     * The request that is being answered.
     *
     * @param request null before the first one
     * @param previous the request before it on the connection; null for the first one
     * @param gathering counted down by each request of the round
     */
    record Exchange(Connection connection, Request request, Request previous, CountDownLatch gathering, Bodies bodies) {

        private String fill(String template) {
            if (template.indexOf('$') < 0) {
                return template;
            }
            String body = request == null ? "" : bodies.right(request);
            String forged = bodies.forged();
            return template.replace("$BODY", body).replace("$LENGTH", Integer.toString(body.length()))
                    .replace("$HEX", Integer.toHexString(body.length())).replace("$FORGED_LENGTH",
                            Integer.toString(forged.length()))
                    .replace("$FORGED", forged);
        }
    }

    /** The bodies of responses. */
    interface Bodies {

        /** Those of Lean's token endpoint. */
        Bodies OF_TOKENS = new Bodies() {
            @Override
            public String right(Request request) {
                return RudeLean.tokenResponse(request);
            }

            /** A token for a scope that no caller requests. */
            @Override
            public String forged() {
                return "{\"access_token\":\"forged\",\"scope\":\"customer.x\",\"token_type\":\"Bearer\",\"expires_in\":3599}";
            }
        };

        String right(Request request);

        String forged();
    }

    /** A record of TLS 1.2: handshake_failure. */
    byte[] FATAL_ALERT = { 21, 3, 3, 0, 2, 2, 40 };

    /** @throws IOException if the client has closed the connection */
    void play(Exchange exchange) throws IOException;

    /** Sends a text in one segment. */
    record Send(String text) implements Step {

        @Override
        public void play(Exchange exchange) throws IOException {
            exchange.connection().write(exchange.fill(text));
        }
    }

    /**
     * Sends a text in two segments.
     *
     * @param at the length of the first one; modulo the length of the text
     */
    record SendCut(String text, int at) implements Step {

        @Override
        public void play(Exchange exchange) throws IOException {
            String filled = exchange.fill(text);
            int cut = at % filled.length();
            exchange.connection().write(filled.substring(0, cut));
            pause(2);
            exchange.connection().write(filled.substring(cut));
        }
    }

    /**
     * Sends the start of a text.
     *
     * @param length its length; modulo the length of the text
     */
    record SendPart(String text, int length) implements Step {

        @Override
        public void play(Exchange exchange) throws IOException {
            String filled = exchange.fill(text);
            exchange.connection().write(filled.substring(0, length % filled.length()));
        }
    }

    /** Sends a text byte by byte. */
    record Drip(String text, int millis) implements Step {

        @Override
        public void play(Exchange exchange) throws IOException {
            for (char each : exchange.fill(text).toCharArray()) {
                exchange.connection().write(String.valueOf(each));
                pause(millis);
            }
        }
    }

    /** Sends a text again and again, in large segments, until the client closes the connection. */
    record Flood(String text) implements Step {

        private static final int SEGMENT = 8 * 1024;

        @Override
        public void play(Exchange exchange) throws IOException {
            String segment = text.repeat(1 + SEGMENT / text.length());
            while (true) {
                exchange.connection().write(segment);
            }
        }
    }

    /** Sends the response to the previous request, as a late second one would arrive. */
    record SendPrevious() implements Step {

        @Override
        public void play(Exchange exchange) throws IOException {
            exchange.connection().write(RudeLean.okay(exchange.previous()));
        }
    }

    record Pause(int millis) implements Step {

        @Override
        public void play(Exchange exchange) {
            pause(millis);
        }
    }

    /** The steps without a value. */
    enum Act implements Step {

        /** Waits until all requests of the round have arrived, so that none can use the connection of another one. */
        GATHER {
            @Override
            public void play(Exchange exchange) {
                await(exchange.gathering(), 10_000);
            }
        },
        /** Ends the server's side: FIN, after an alert if there is TLS. */
        FINISH {
            @Override
            public void play(Exchange exchange) throws IOException {
                exchange.connection().finish();
            }
        },
        /** Ends the server's side of TCP, without an alert. */
        FINISH_TCP {
            @Override
            public void play(Exchange exchange) throws IOException {
                exchange.connection().finishTcp();
            }
        },
        CLOSE {
            @Override
            public void play(Exchange exchange) throws IOException {
                exchange.connection().close();
            }
        },
        RESET {
            @Override
            public void play(Exchange exchange) {
                exchange.connection().reset();
            }
        },
        /** Sends a fatal alert that is not encrypted, as an attacker in the network can. */
        ALERT {
            @Override
            public void play(Exchange exchange) throws IOException {
                exchange.connection().writeTcp(FATAL_ALERT);
            }
        },
        RENEGOTIATE {
            @Override
            public void play(Exchange exchange) throws IOException {
                exchange.connection().renegotiate();
            }
        },
        AWAIT_CLOSE {
            @Override
            public void play(Exchange exchange) throws IOException {
                exchange.connection().awaitClose();
            }
        }
    }

    private static void pause(int millis) {
        await(new CountDownLatch(1), millis);
    }

    private static void await(CountDownLatch latch, int millis) {
        try {
            latch.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
