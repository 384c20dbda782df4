package dev.leantokens.attacks;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import dev.leantokens.testing.RawHttp;

/** The attacks, by what they are after; each with what the attacker may get. */
public enum Kind {

    /** HTTP/1.1, pipelined, unread. */
    UNREAD_PROBES(() -> new UnreadAnswers("/q/health/live")),
    UNREAD_METRICS(() -> new UnreadAnswers("/q/metrics")),
    CLOSED_WINDOWS(ClosedWindows::new),
    CANCELLED_STREAMS(CancelledStreams::new),
    SLOW_READERS(SlowReaders::new),
    SLOW_REQUESTS(SlowRequests::new),
    CONNECTIONS(ConnectionFlood::new),
    SESSIONS(() -> new Requests(RawHttp.ELSEWHERE, 100, () -> Request.initialize().bearer(Parties.GREEDY)), "200"),

    MEMBER_NAMES(() -> {
        LongObjects objects = new LongObjects();
        return Requests.together(new Requests(RawHttp.ELSEWHERE, 25, objects.overRest()),
                new Requests(RawHttp.ELSEWHERE, 25, objects.overMcp()));
    }, "200", "400"),

    /** The application's log is on a pipe that nobody reads. */
    STALLED_LOG(() -> new Requests(RawHttp.ELSEWHERE, 1_000, () -> Request.token("payments").bearer(Parties.GREEDY)), "400"),
    ERROR_LINES(STALLED_LOG.attack, "400"),

    HYPHENS(() -> new Requests(RawHttp.ELSEWHERE, 20,
            () -> Request.token("customer." + "-".repeat(118) + "!").bearer(Parties.UUIDS)), "400"),
    WRONG_SECRETS(() -> new Requests(RawHttp.ELSEWHERE, 500, () -> Request.token("api")
            .bearer(Parties.wrong(Parties.GREEDY))), "401"),
    /** Not an attack in itself: what one of almost a thousand local clients costs. */
    THOUSAND_CLIENTS(() -> new Requests(RawHttp.ELSEWHERE, 500, () -> Request.token("api").bearer(Parties.oneOfMany())), "200"),

    MADE_UP_IDS(() -> new Requests(RawHttp.ELSEWHERE, 40,
            () -> Request.token("api", Parties.madeUp())), "503", "429"),
    THROTTLED_SECRET(() -> new Requests(RawHttp.ELSEWHERE, 5,
            () -> Request.token("api", Parties.wrong(Parties.SERVICE))), "429"),
    WRONG_SECRETS_OF_A_CALLER(() -> new Requests(RawHttp.ELSEWHERE, 100,
            () -> Request.token("api", Parties.wrong(Parties.CALLERS.get(0)))), "401",
            "429"),

    GREEDY_CLIENTS(() -> Requests.together(
            new Requests(RawHttp.ELSEWHERE, 40, () -> Request.token(Parties.newCustomer()).bearer(Parties.GREEDY)),
            new Requests(RawHttp.ELSEWHERE, 40, () -> Request.token(Parties.newCustomer()).bearer(Parties.EAGER))),
            "200", "429"),
    GREEDY_ANONYMOUS(() -> new Requests(RawHttp.LOOPBACK, 80, () -> Request.token(Parties.newCustomer())), "200", "429"),
    UNAUTHORIZED_SCOPE(() -> Requests.together(
            new Requests(RawHttp.ELSEWHERE, 3, () -> Request.token(Parties.UNAUTHORIZED_SCOPE).bearer(Parties.GREEDY)),
            new Requests(RawHttp.ELSEWHERE, 3, () -> Request.token(Parties.REFUSED_SCOPE).bearer(Parties.GREEDY))),
            "400", "429", "502"),
    FLIGHTS_TO_JOIN(FlightsToJoin::new, "200", "429"),
    COLD_KEYS(ColdKeys::new, "200"),

    CROSS_SITE_IMAGES(() -> new Requests(RawHttp.LOOPBACK, 50, () -> Request.get("/mcp/sse")
            .with("Sec-Fetch-Site", "cross-site").with("Sec-Fetch-Mode", "no-cors").with("Sec-Fetch-Dest", "image")), "403");

    private final Supplier<Attack> attack;
    private final Set<String> allowed;

    /** @param allowed the statuses that the README promises to such a caller, as far as it gets any */
    Kind(Supplier<Attack> attack, String... allowed) {
        this.attack = attack;
        this.allowed = Set.of(allowed);
    }

    /** @return an attack of this kind */
    public Attack attack() {
        return attack.get();
    }

    /** @return the statuses that such a caller may get; it may also get none */
    public Set<String> allowed() {
        return allowed;
    }

    /** @return whether it is after what Lean gives, so that callers whose token is cached cannot notice it */
    public boolean isAfterLean() {
        return compareTo(MADE_UP_IDS) >= 0 && this != CROSS_SITE_IMAGES;
    }

    /** @return whether nobody is to read the application's log */
    public boolean stallsLog() {
        return this == STALLED_LOG;
    }

    /**
     * @param folder where a file can be written that these settings name
     * @return the settings that bring out what the attack is after
     */
    public Map<String, String> settings(Path folder) {
        return switch (this) {
            // The line is to be what holds calls up, not the budget.
            case FLIGHTS_TO_JOIN -> Map.of("LEAN_REQUESTS_PER_MINUTE", "100000");
            case THOUSAND_CLIENTS -> Map.of("ACCESS_CLIENTS_FILE", Parties.writeClientsFile(folder).toString());
            default -> Map.of();
        };
    }
}
