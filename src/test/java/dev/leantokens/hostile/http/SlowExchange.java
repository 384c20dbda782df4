package dev.leantokens.hostile.http;

import static dev.leantokens.hostile.http.AttackedService.PATIENCE;

import java.util.Arrays;
import java.util.random.RandomGenerator;

import dev.leantokens.hostile.http.TokenRequest.Port;
import dev.leantokens.testing.RawHttp2;

/** A request that arrives byte by byte and does not end within its time; its connection is closed. */
record SlowExchange(Port port, byte[] start, byte[] rest) implements HostileCallersCampaignIT.Exchange {

    private static final long INTERVAL_MILLIS = 300;

    static SlowExchange generate(RandomGenerator random) {
        Port port = Port.values()[random.nextInt(Port.values().length)];
        TokenRequest request = TokenRequest.random(port, random);
        byte[] all = switch (random.nextInt(4)) {
            case 0 -> TokenRequest.bytes(request.head("X-Long: " + "x".repeat(1_000)));
            case 1 -> TokenRequest.bytes(request.head("Content-Length: 1000") + "\r\n" + " ".repeat(999));
            case 2 -> TokenRequest.bytes(request.head("Transfer-Encoding: chunked") + "\r\n3e8\r\n" + " ".repeat(999));
            default -> new RawHttp2().preface(65_535).frame(RawHttp2.HEADERS, 0, 1, new byte[1_000]).bytes();
        };
        int from = all.length - 1 - random.nextInt(900);
        return new SlowExchange(port, Arrays.copyOf(all, from), Arrays.copyOfRange(all, from, Math.min(all.length - 1, from
                + 500)));
    }

    @Override
    public boolean play(AttackedService service) {
        try (Conversation conversation = Conversation.open(service.port(port))) {
            conversation.send(start);
            long begin = System.nanoTime();
            for (int i = 0; !conversation.isClosed() && System.nanoTime() - begin < PATIENCE.toNanos(); i++) {
                if (i < rest.length) {
                    conversation.send(new byte[] { rest[i] });
                }
                conversation.pauseUntilClosed(INTERVAL_MILLIS);
            }
            if (!conversation.isClosed()) {
                throw new AssertionError("slow request at " + port + " is still waited for: " + Conversation.text(start));
            }
            return false;
        }
    }
}
