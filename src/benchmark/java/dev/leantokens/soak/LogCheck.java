package dev.leantokens.soak;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/** Checks that the application's log contains no secret, token or stack trace, and no error of the application. */
final class LogCheck {

    /** The only message that names an exception: the connection to Lean was refused. */
    private static final String UNREACHABLE = "LEAN_UNAVAILABLE: Lean cannot be reached";

    /** The errors for two of the attackers' scopes, which Lean refuses with 401 and {@code unauthorized_client}. */
    private static final List<String> REFUSED_SCOPES = List.of("SERVICE_CREDENTIALS_REFUSED", "SERVICE_NOT_AUTHORIZED");

    /** How each signed token starts. */
    private static final String JWT = "eyJ";
    private static final String BLOCKED_THREAD = "io.vertx.core.impl.BlockedThreadChecker";

    private final Findings findings;

    LogCheck(Findings findings) {
        this.findings = findings;
    }

    /** @return the number of lines */
    int check(String log, Clients clients, String storeKey) {
        List<String> secrets = Stream.concat(Stream.of(Clients.MARK, MarkedToken.MARK, JWT, storeKey),
                Stream.concat(clients.callers().stream(), Stream.of(clients.service(), clients.greedy())).map(client -> Base64
                        .getEncoder().encodeToString((client.clientId() + ":" + client.clientSecret())
                                .getBytes(StandardCharsets.US_ASCII))))
                .toList();
        List<String> lines = log.lines().toList();
        boolean isOfBlockedThread = false;
        for (String line : lines) {
            isOfBlockedThread = line.contains(BLOCKED_THREAD) || isOfBlockedThread && line.startsWith("\tat ");
            if (isOfBlockedThread) {
                // After a freeze, and on a machine that is too busy.
                continue;
            }
            if (secrets.stream().anyMatch(line::contains)) {
                findings.add("a secret or a token in the log", line);
            }
            if (line.startsWith("\tat ") || line.contains("Exception") && !line.contains(UNREACHABLE)) {
                findings.add("an exception in the log", line);
            }
            if (line.contains(" ERROR ") && REFUSED_SCOPES.stream().noneMatch(line::contains)) {
                findings.add("an error of the application in the log", line);
            }
        }
        return lines.size();
    }
}
