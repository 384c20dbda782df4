package dev.leantokens.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.leantokens.audit.AuditState;
import dev.leantokens.lean.LeanVerdict.Opinion;
import dev.leantokens.status.Status.Certificate;
import dev.leantokens.status.Status.Issuers;
import dev.leantokens.status.Status.Lean;
import dev.leantokens.status.Status.Reachability;
import dev.leantokens.status.Status.Slot;
import dev.leantokens.store.StoreHealth;
import io.smallrye.faulttolerance.api.CircuitBreakerState;

class StatusViewTest {

    private static final Lean GOOD = SampleStatus.busy().lean();

    @Test
    void headlineIsGoodWithoutProblems() {
        assertThat(Headline.of(SampleStatus.busy()))
                .isEqualTo(new Headline(Level.GOOD, "Ready to issue tokens", "", List.of()));
    }

    @Test
    void headlineSaysThatCredentialsAreUntested() {
        assertThat(Headline.of(SampleStatus.fresh()).detail())
                .isEqualTo("No call has shown yet whether Lean accepts the service's credentials.");
    }

    /** With callers' own credentials only, no call can show that. */
    @Test
    void missingCredentialsOfTheServiceAreNotUntested() {
        Lean lean = new Lean(Reachability.REACHABLE, Optional.empty(), Opinion.UNKNOWN, Optional.empty(), OptionalLong.empty(),
                60, CircuitBreakerState.CLOSED, CircuitBreakerState.CLOSED);
        Status status = with(lean, Optional.empty(), Optional.empty(), List.of());

        assertThat(Headline.of(status).detail()).isEmpty();
        assertThat(Tile.of(status).get(2))
                .isEqualTo(new Tile(Level.OFF, "The service's credentials", "Not configured", "Callers must send their own"));
        assertThat(StatusView.of(status).budget().text()).isEqualTo("The service has no Lean credentials");
    }

    @Test
    void headlineIsTheWorstProblemAndListsTheOthers() {
        Headline headline = Headline.of(SampleStatus.failing());

        assertThat(headline.level()).isEqualTo(Level.BAD);
        assertThat(headline.text()).isEqualTo("Not ready");
        assertThat(headline.detail())
                .isEqualTo("lean-credentials: service: missing: set LEAN_CLIENT_ID and its secret or key");
        assertThat(headline.others()).hasSize(10).contains("Lean refuses the service's credentials", "Lean is unreachable",
                "The certificate for callers has expired");
    }

    @Test
    void headlineIsBadBeforeAWarningThatWasFoundFirst() {
        Headline headline = Headline.of(with(lean(Reachability.REACHABLE, Opinion.ACCEPTED, 0, CircuitBreakerState.HALF_OPEN),
                Optional.empty(), Optional.of(new Issuers(1, 0, 1)), List.of()));

        assertThat(headline.level()).isEqualTo(Level.BAD);
        assertThat(headline.text()).isEqualTo("No key of a trusted issuer is known");
        assertThat(headline.others()).containsExactly("One call checks whether Lean is back",
                "The budget of calls to Lean is used up");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "REFUSED  | CLOSED    | 42 | REACHABLE   | BAD  | Lean refuses the service's credentials",
            "ACCEPTED | OPEN      | 42 | REACHABLE   | BAD  | Lean keeps failing and is not called",
            "ACCEPTED | HALF_OPEN | 42 | REACHABLE   | WARN | One call checks whether Lean is back",
            "ACCEPTED | CLOSED    | 0  | REACHABLE   | WARN | The budget of calls to Lean is used up",
            "ACCEPTED | CLOSED    | 42 | UNREACHABLE | BAD  | Lean is unreachable",
            "ACCEPTED | CLOSED    | 42 | UNKNOWN     | GOOD | Ready to issue tokens",
    })
    void stateOfLeanIsTheHeadline(Opinion credentials, CircuitBreakerState breaker, int left, Reachability reachability,
            Level level, String text) {
        Headline headline = Headline.of(with(lean(reachability, credentials, left, breaker), Optional.empty(),
                Optional.empty(), List.of()));

        assertThat(headline.level()).isEqualTo(level);
        assertThat(headline.text()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "TOKENS_REFUSED | BAD  | The audit cannot be written, so no tokens are issued",
            "LINES_LOST     | WARN | The audit cannot be written",
            "UNDISTURBED    | GOOD | Ready to issue tokens" })
    void outageOfTheAuditIsTheHeadline(AuditState audit, Level level, String text) {
        Status busy = SampleStatus.busy();
        Headline headline = Headline
                .of(new Status(busy.at(), busy.service(), busy.readiness(), GOOD, busy.traffic(), busy.tokens(),
                        busy.errors(), Optional.empty(), Optional.empty(), List.of(), audit));

        assertThat(headline.level()).isEqualTo(level);
        assertThat(headline.text()).isEqualTo(text);
    }

    @Test
    void headlinePromisesNoCachedTokensIfNoneIsCached() {
        Status fresh = SampleStatus.fresh();
        Headline headline = Headline.of(new Status(fresh.at(), fresh.service(), fresh.readiness(),
                lean(Reachability.UNREACHABLE, Opinion.ACCEPTED, 42, CircuitBreakerState.CLOSED), fresh.traffic(), List.of(),
                List.of(), Optional.empty(), Optional.empty(), List.of(), AuditState.UNDISTURBED));

        assertThat(headline.detail()).isEqualTo("No token is cached, so callers get errors.");
    }

    @Test
    void outagesThatCallersDoNotNoticeAreWarnings() {
        assertThat(Headline.of(with(GOOD, Optional.of(new StoreHealth.State(Optional.of("no connection"), Instant.EPOCH, 1, 0)),
                Optional.empty(), List.of())))
                .extracting(Headline::level, Headline::text)
                .containsExactly(Level.WARN, "Redis is unavailable: no connection");
        assertThat(Headline.of(with(GOOD, Optional.empty(), Optional.of(new Issuers(2, 1, 0)), List.of())))
                .extracting(Headline::level, Headline::text)
                .containsExactly(Level.WARN, "The keys of a trusted issuer cannot be fetched");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "PT-1S   | BAD  | The certificate for Lean has expired",
            "P13D    | WARN | The certificate for Lean expires soon",
            "P14D    | GOOD | Ready to issue tokens",
    })
    void certificatesAreReportedInTime(Duration validity, Level level, String text) {
        Headline headline = Headline.of(with(GOOD, Optional.empty(), Optional.empty(),
                List.of(new Certificate("lean", validity))));

        assertThat(headline.level()).isEqualTo(level);
        assertThat(headline.text()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({ "60, GOOD", "10, GOOD", "9, WARN", "1, WARN", "0, BAD" })
    void budgetIsJudgedAsByTheAlert(long left, Level level) {
        assertThat(StatusView.of(with(lean(Reachability.REACHABLE, Opinion.ACCEPTED, left, CircuitBreakerState.CLOSED),
                Optional.empty(), Optional.empty(), List.of())).budget())
                .isEqualTo(new StatusView.Budget(level, left, 60));
    }

    /** A replica can be left more calls than its limit for a moment, when a setting is reloaded. */
    @Test
    void barOfTheBudgetIsNeverLongerThanItsPlace() {
        assertThat(StatusView.of(with(lean(Reachability.REACHABLE, Opinion.ACCEPTED, 61, CircuitBreakerState.CLOSED),
                Optional.empty(), Optional.empty(), List.of())).budget().left()).isEqualTo(60);
    }

    @Test
    void minutesAddUpToTheTotal() {
        Status status = SampleStatus.busy();
        List<StatusView.Minute> minutes = StatusView.of(status).minutes();

        assertThat(minutes).hasSize(16).isSortedAccordingTo((a, b) -> b.start().machine().compareTo(a.start().machine()));
        assertThat(minutes.stream().mapToLong(minute -> Long.parseLong(minute.hits())).sum())
                .isEqualTo(status.traffic().total().hits());
        assertThat(minutes.get(0).requestTime()).isEqualTo("1 ms");
        assertThat(StatusView.of(SampleStatus.fresh()).minutes()).singleElement()
                .extracting(StatusView.Minute::requestTime, StatusView.Minute::callTime).containsExactly("–", "–");
    }

    @Test
    void chartsSayInWordsWhatTheyShow() {
        assertThat(Chart.of(SampleStatus.busy().traffic())).extracting(Chart::summary).containsExactly(
                "3,636 requests, 98 % from the cache, 25 errors", "35 calls, 5 failed",
                "Median of requests 0.51 ms, 99th percentile up to 220 ms",
                "Median of calls to Lean 110 ms, 99th percentile up to 280 ms");
        assertThat(Chart.of(SampleStatus.fresh().traffic())).extracting(Chart::summary).containsExactly(
                "No requests in the last 15 minutes", "No calls in the last 15 minutes",
                "No requests in the last 15 minutes", "No calls to Lean in the last 15 minutes");
    }

    @Test
    void everyChartHasAPlaceForEachSlot() {
        Status.Traffic traffic = SampleStatus.busy().traffic();
        long slotsWithHits = traffic.slots().stream().filter(slot -> slot.hits() > 0).count();

        Chart requests = Chart.of(traffic).get(0);

        assertThat(requests.lines().get(0).path().chars().filter(c -> c == 'z').count()).isEqualTo(slotsWithHits);
        assertThat(IntStream.range(0, traffic.slots().size()).mapToObj(traffic.slots()::get).map(Slot::start).distinct())
                .hasSize(TrafficHistory.SLOTS);
    }

    private static Lean lean(Reachability reachability, Opinion credentials, long left, CircuitBreakerState breaker) {
        return new Lean(reachability, Optional.empty(), credentials, Optional.empty(), OptionalLong.of(left), 60, breaker,
                CircuitBreakerState.CLOSED);
    }

    private static Status with(Lean lean, Optional<StoreHealth.State> fleet, Optional<Issuers> issuers,
            List<Certificate> certificates) {
        Status busy = SampleStatus.busy();
        return new Status(busy.at(), busy.service(), busy.readiness(), lean, busy.traffic(), busy.tokens(), busy.errors(),
                fleet,
                issuers, certificates, AuditState.UNDISTURBED);
    }
}
