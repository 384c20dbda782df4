package dev.leantokens.soak;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.leantokens.soak.Disturbance.Party;

/** Checks that the application's log contains no secret, token or stack trace, and no error of the application. */
final class LogCheck {

    /** The only message that names an exception: the connection to Lean was refused. */
    private static final String UNREACHABLE = "LEAN_UNAVAILABLE: Lean cannot be reached";

    /** The errors for two of the attackers' scopes, which Lean refuses with 401 and {@code unauthorized_client}. */
    private static final List<String> REFUSED_SCOPES = List.of("SERVICE_CREDENTIALS_REFUSED", "SERVICE_NOT_AUTHORIZED");

    /** How each signed token starts. */
    private static final String JWT = "eyJ";
    private static final String FRAME = "\tat ";
    /**
     * A fault of Vert.x without consequences for callers: the failure of a connection to Lean overtakes the head of the
     * response
     * on its way to another event loop.
     */
    private static final String RACE = "java.lang.IllegalStateException: Result is already complete";
    private static final String RACE_FRAME = "io.vertx.core.http.impl.HttpClientRequestImpl.handleResponse(";
    private static final Pattern BLOCKED_THREAD = Pattern
            .compile("(\\S+) (\\S+),\\d+ WARN +\\[io\\.vertx\\.core\\.impl\\.BlockedThreadChecker] .* blocked for (\\d+) ms");
    /** There is one clock here, and no other program writes to Redis. */
    private static final Pattern FALSE_ALARM = Pattern
            .compile("(\\S+) (\\S+),\\d+ WARN +\\[dev\\.leantokens\\.store\\.(?:ClockComparison|UnusableEntries)]");
    /** How far the clocks may differ, and for how long an entry is read. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(5);
    private static final Duration LONGEST_ENTRY = Duration.ofSeconds(100);
    /** From when on Vert.x reports a thread, and at which intervals it looks. */
    private static final Duration REPORTED = Duration.ofSeconds(2);
    private static final Duration CHECKED = Duration.ofSeconds(1);

    private final Findings findings;
    private final Journal journal;
    private int races;

    LogCheck(Findings findings, Journal journal) {
        this.findings = findings;
        this.journal = journal;
    }

    /** A replica that stops between the answer of Redis and its own call looks as if its clock were ahead. */
    private void falseAlarm(String line, Instant at) {
        if (!journal.disturbed(Party.REPLICA, at.minus(LONGEST_ENTRY), at)) {
            findings.addAboutTime("a false alarm about clocks", line, at.minus(LONGEST_ENTRY), at, CLOCK_TOLERANCE);
        }
    }

    /** @param at the time of the line, which is a second exact */
    private void blocked(int replica, String line, Instant at, Duration blocked) {
        Instant from = at.minus(blocked).minus(CHECKED);
        Instant until = at.plus(CHECKED);
        if (journal.frozen(replica, from, until).isZero()) {
            findings.addAboutTime("a blocked event loop", line, from, until, blocked.minus(REPORTED));
        }
    }

    /** @return whether a line that starts a stack trace is no finding, or is one about a time */
    private boolean isExplained(int replica, List<String> lines, int index) {
        String line = lines.get(index);
        Matcher alarm = FALSE_ALARM.matcher(line);
        if (alarm.lookingAt()) {
            falseAlarm(line, time(alarm));
            return true;
        }
        Matcher blocked = BLOCKED_THREAD.matcher(line);
        if (blocked.lookingAt()) {
            blocked(replica, line, time(blocked), Duration.ofMillis(Long.parseLong(blocked.group(3))));
            return true;
        }
        boolean race = line.endsWith(RACE) && lines.size() > index + 2 && lines.get(index + 2).contains(RACE_FRAME);
        races += race ? 1 : 0;
        return race;
    }

    private static Instant time(Matcher line) {
        return Instant.parse(line.group(1) + "T" + line.group(2) + "Z");
    }

    /** @return how often Vert.x has reported the head of a response behind the end of its connection */
    int races() {
        return races;
    }

    /** @return the number of lines */
    int check(Application replica, Clients clients, String storeKey) throws IOException {
        List<String> secrets = Stream.concat(Stream.of(Clients.MARK, MarkedToken.MARK, JWT, storeKey),
                Stream.concat(clients.callers().stream(), Stream.of(clients.service(), clients.greedy())).map(client -> Base64
                        .getEncoder().encodeToString((client.clientId() + ":" + client.clientSecret())
                                .getBytes(StandardCharsets.US_ASCII))))
                .toList();
        List<String> lines = replica.log().lines().toList();
        boolean explained = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (secrets.stream().anyMatch(line::contains)) {
                findings.add("a secret or a token in the log", line);
            }
            explained = explained && line.startsWith(FRAME) || isExplained(replica.number(), lines, i);
            if (explained) {
                continue;
            }
            if (line.startsWith(FRAME) || line.contains("Exception") && !line.contains(UNREACHABLE)) {
                findings.add("an exception in the log", line);
            }
            if (line.contains(" ERROR ") && REFUSED_SCOPES.stream().noneMatch(line::contains)) {
                findings.add("an error of the application in the log", line);
            }
        }
        return lines.size();
    }
}
