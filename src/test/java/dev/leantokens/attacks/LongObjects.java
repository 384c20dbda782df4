package dev.leantokens.attacks;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Creates JSON objects of almost 16 KiB whose member names never repeat. */
final class LongObjects {

    private static final int BYTES = 16_000;

    private final AtomicLong names = new AtomicLong(System.nanoTime());

    /** @return the members of an object, each after a comma */
    private String members() {
        StringBuilder members = new StringBuilder(BYTES);
        while (members.length() < BYTES - 40) {
            members.append(",\"m").append(Long.toString(names.incrementAndGet(), Character.MAX_RADIX)).append("\":1");
        }
        return members.toString();
    }

    Supplier<Request> overRest() {
        return () -> new Request("POST", Target.TOKEN_PATH, Map.of("Content-Type", "application/json"),
                "{\"scope\":\"api\"" + members() + "}").basic(Parties.GREEDY);
    }

    Supplier<Request> overMcp() {
        return () -> Request.mcp("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"" + members() + "}").bearer(Parties.GREEDY);
    }
}
