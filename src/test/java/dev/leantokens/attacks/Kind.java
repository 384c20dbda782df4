package dev.leantokens.attacks;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import dev.leantokens.testing.RawHttp;

/** The attacks by their target, each with the statuses that the attacker may get. */
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

    /** The log of the application is a pipe that is not read. */
    STALLED_LOG(() -> new Requests(RawHttp.ELSEWHERE, 1_000, () -> Request.token("payments").bearer(Parties.GREEDY)), "400"),
    ERROR_LINES(STALLED_LOG.attack, "400"),

    HYPHENS(() -> new Requests(RawHttp.ELSEWHERE, 20,
            () -> Request.token("customer." + "-".repeat(118) + "!").bearer(Parties.UUIDS)), "400"),
    WRONG_SECRETS(() -> new Requests(RawHttp.ELSEWHERE, 500, () -> Request.token("api")
            .bearer(Parties.wrong(Parties.GREEDY))), "401"),
    /** Not an attack: measures the cost of a thousand local clients. */
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

    /** @param allowed the documented statuses for such a caller */
    Kind(Supplier<Attack> attack, String... allowed) {
        this.attack = attack;
        this.allowed = Set.of(allowed);
    }

    /** @return an attack of this kind */
    public Attack attack() {
        return attack.get();
    }

    /** @return the statuses that such a caller may get, if it gets any */
    public Set<String> allowed() {
        return allowed;
    }

    /** @return whether it affects only callers whose token is not cached */
    public boolean isAfterLean() {
        return compareTo(MADE_UP_IDS) >= 0 && this != CROSS_SITE_IMAGES;
    }

    /** @return whether the log of the application must stall */
    public boolean stallsLog() {
        return this == STALLED_LOG;
    }

    /**
     * @param folder a folder for the files of the settings
     * @return the settings under which the attack has an effect
     */
    public Map<String, String> settings(Path folder) {
        return switch (this) {
            // The queue must delay calls, not the budget.
            case FLIGHTS_TO_JOIN -> Map.of("LEAN_REQUESTS_PER_MINUTE", "100000");
            case THOUSAND_CLIENTS -> Map.of("ACCESS_CLIENTS_FILE", Parties.writeClientsFile(folder).toString());
            default -> Map.of();
        };
    }
}
