package dev.leantokens.hostile.lean;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.leantokens.hostile.lean.Scenario.Outcome;
import dev.leantokens.testing.Callers;
import dev.leantokens.testing.Callers.Answer;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RudeLean;

/** Concurrent callers of both adapters, with the service's credentials or their own, each with its own expected token. */
final class Crowd {

    /** How much later than the deadline a response may arrive on a busy machine. */
    private static final Duration LATE = Duration.ofSeconds(3);

    /** Status and code of each error of the reference, without the faults of the service itself. */
    private static final Set<String> DOCUMENTED = documented();
    private static final Set<String> CODES = DOCUMENTED.stream().map(error -> error.substring(4)).collect(Collectors.toSet());

    private final Callers callers;
    private final Duration patience;

    /**
     * @param scope what it requests
     * @param ownId its client id at Lean; null if it uses the service's credentials
     * @param rest whether it calls over REST
     */
    private record Caller(String scope, String ownId, boolean rest) {

        private Map<String, Object> members() {
            return ownId == null ? Callers.scope(scope) : Callers.scope(scope, ownId, "s3cr3t-of-" + ownId);
        }

        private String token() {
            return RudeLean.token(scope, ownId == null ? LeanStub.CLIENT_ID : ownId);
        }

        private CompletableFuture<Answer> call(Callers callers, Duration patience) {
            return (rest ? callers.rest(members()) : callers.mcp(members())).orTimeout(patience.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    /** @param deadline that of the service */
    Crowd(Callers callers, Duration deadline) {
        this.callers = callers;
        this.patience = deadline.plus(LATE);
    }

    private static Set<String> documented() {
        try {
            Set<String> errors = Pattern.compile("(?m)^\\| (\\d{3}) \\| `([a-z_]+)` \\|")
                    .matcher(Files.readString(Path.of("docs/reference/errors.md"))).results()
                    .map(row -> row.group(1) + " " + row.group(2)).filter(error -> !error.startsWith("500"))
                    .collect(Collectors.toSet());
            assertThat(errors).contains("502 server_error", "503 temporarily_unavailable", "504 temporarily_unavailable");
            return errors;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Every other pair of callers has its own credentials, and requests the same scope as the others, so that the check of the
     * scope cannot detect a mix-up.
     *
     * @param ownCredentials whether some callers use them
     * @throws AssertionError if a caller gets another one's token, an undocumented error, no answer or another outcome
     */
    void call(int number, boolean ownCredentials, Outcome outcome) {
        List<Caller> all = IntStream.range(0, number).mapToObj(i -> i % 4 < 2 || !ownCredentials
                ? new Caller("customer." + UUID.randomUUID(), null, i % 2 == 0)
                : new Caller("api", UUID.randomUUID().toString(), i % 2 == 0)).toList();
        List<Answer> answers = answers(all);
        for (int i = 0; i < number; i++) {
            verify(all.get(i), answers.get(i), outcome);
        }
        if (outcome == Outcome.TOKEN) {
            // From the cache.
            List<Answer> again = answers(all);
            for (int i = 0; i < number; i++) {
                verify(all.get(i), again.get(i), outcome);
            }
        }
    }

    private List<Answer> answers(List<Caller> all) {
        List<CompletableFuture<Answer>> pending = new ArrayList<>();
        all.forEach(caller -> pending.add(caller.call(callers, patience)));
        return Callers.all(pending);
    }

    private static void verify(Caller caller, Answer answer, Outcome outcome) {
        boolean issued = answer.status() == 200;
        if (issued) {
            assertThat(answer.token()).as("the caller's own token").isEqualTo(caller.token());
        } else if (caller.rest()) {
            assertThat(DOCUMENTED).as(answer.body().encode()).contains(answer.status() + " " + answer.error());
        } else {
            assertThat(CODES).as(answer.body().encode()).contains(answer.error());
        }
        if (outcome != Outcome.EITHER) {
            assertThat(issued ? Outcome.TOKEN : Outcome.ERROR).as(answer.status() + " " + answer.body().encode())
                    .isEqualTo(outcome);
        }
    }
}
