package dev.leantokens.hostile.lean;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

import dev.leantokens.hostile.lean.Scenario.Outcome;
import dev.leantokens.hostile.lean.Step.Act;
import dev.leantokens.hostile.lean.Step.Drip;
import dev.leantokens.hostile.lean.Step.Pause;
import dev.leantokens.hostile.lean.Step.Send;
import dev.leantokens.hostile.lean.Step.SendCut;
import dev.leantokens.hostile.lean.Step.SendPart;
import dev.leantokens.hostile.lean.Step.SendPrevious;

/** Composes scenarios of interim responses, ways to delimit a response, segments, ends and bytes that belong to no request. */
final class RandomScenario {

    private static final List<String> INTERIMS = List.of("100 Continue", "102 Processing", "103 Early Hints", "110 x", "199 x");
    private static final List<String> HEADERS = List.of("", "Connection: keep-alive\r\n", "X: y\r\n", "Date: yesterday\r\n",
            "Content-Type: ;;;\r\n", "Keep-Alive: timeout=x\r\n", "Set-Cookie: \0\r\n");
    private static final List<String> CLOSING = List.of("Connection: close\r\n", "connection: CLOSE\r\n",
            "Connection: x, close\r\n", "Connection: keep-alive\r\nConnection: close\r\n", ": x\r\n", "a/b: c\r\n");
    private static final List<String> BODIES = List.of("Content-Length: $LENGTH\r\n\r\n$BODY",
            "CONTENT-LENGTH:$LENGTH\r\n\r\n$BODY",
            "Transfer-Encoding: chunked\r\n\r\n$HEX\r\n$BODY\r\n0\r\n\r\n",
            "Transfer-Encoding: CHUNKED\r\n\r\n00$HEX;a=b\r\n$BODY\r\n0;c\r\nX: y\r\n\r\n");
    /** Other ends than the response's own, in the same segment. */
    private static final List<String> SURPLUS = List.of("x", "\r\n", "\0", "HTTP/1.1 2", "HTTP/1.1 102 Processing\r\n\r\n",
            Scenario.OKAY, Scenario.OKAY + Scenario.OKAY, "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: $LENGTH\r\n\r\n");
    private static final List<String> INVALID = List.of("HTTP/2.0 200 OK\r\n", "HTTP/1.1 099 x\r\n", "HTTP/1.1 101 x\r\n",
            "HTTP/1.1 2x0 OK\r\n", "HTTP/1.1 1000 x\r\n", "http/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n", "SSH-2.0-x\r\n");
    private static final List<Act> ENDS = List.of(Act.FINISH, Act.RESET, Act.CLOSE);

    private final RandomGenerator random;

    RandomScenario(RandomGenerator random) {
        this.random = random;
    }

    Scenario next() {
        return switch (random.nextInt(9)) {
            case 0, 1 -> Scenario.keeps("valid", segments(valid(choice(HEADERS))));
            case 2 -> Scenario.last("last", segments(valid(choice(CLOSING))));
            case 3 -> surplus();
            case 4 -> Scenario.last("surplus, later", new Send(valid(choice(HEADERS))), new Pause(random.nextInt(10)),
                    new Send(choice(SURPLUS))).gathered();
            case 5 -> Scenario.fails("invalid", segments(interims() + choice(INVALID) + choice(BODIES)));
            case 6 -> Scenario.fails("ends early", new SendPart(valid(choice(HEADERS)), random.nextInt(1000)),
                    new Pause(random.nextInt(4)), choice(ENDS));
            case 7 -> Scenario.keeps("previous", new SendPrevious()).whenReused().either();
            default -> Scenario.fails("ends when reused", choice(ENDS)).whenReused();
        };
    }

    private Scenario surplus() {
        String response = valid(choice(HEADERS));
        return random.nextBoolean()
                ? Scenario.last("surplus", new Send(response + choice(SURPLUS)))
                // The cut is within the first response, of which the head is the shortest part.
                : Scenario.last("surplus, cut", new SendCut(response + choice(SURPLUS), random.nextInt(15)));
    }

    private String valid(String headers) {
        return interims() + "HTTP/1.1 200 OK\r\n" + headers + choice(BODIES);
    }

    private String interims() {
        StringBuilder text = new StringBuilder();
        while (random.nextInt(3) == 0) {
            text.append("HTTP/1.1 ").append(choice(INTERIMS)).append("\r\n")
                    .append(random.nextBoolean() ? "Link: </x>\r\n" : "")
                    .append("\r\n");
        }
        return text.toString();
    }

    private Step[] segments(String text) {
        List<Step> steps = new ArrayList<>();
        switch (random.nextInt(4)) {
            case 0 -> steps.add(new Drip(text, 0));
            case 1, 2 -> steps.add(new SendCut(text, random.nextInt(1000)));
            default -> steps.add(new Send(text));
        }
        return steps.toArray(Step[]::new);
    }

    private <T> T choice(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    /** @return what callers get if the connections play these scenarios */
    static Outcome outcome(List<Scenario> scenarios) {
        Outcome first = scenarios.get(0).outcome();
        return scenarios.stream().allMatch(scenario -> scenario.outcome() == first) ? first : Outcome.EITHER;
    }
}
