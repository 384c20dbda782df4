package dev.leantokens.hostile.lean;

import java.util.Map;
import java.util.function.IntFunction;

import dev.leantokens.hostile.lean.Step.Bodies;
import dev.leantokens.testing.RawServer;
import dev.leantokens.testing.RawServer.Request;
import dev.leantokens.testing.TestIssuer;

/**
 * An issuer whose server plays a scenario for one request, and is polite then. Its key has the same id as those of all others.
 */
final class RudeIssuer implements AutoCloseable {

    private static final String KEYS = "/keys";
    private static final String OPENID = "/.well-known/openid-configuration";
    private static final String SUBJECT = "payments";
    private static final Scenario UNAVAILABLE = Scenario.keeps("503", "HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n");

    private final String id;
    private final Scenario scenario;
    private final Place place;
    private final RawServer server = RawServer.start();
    private final RudeServer manner;
    private final TestIssuer tokens;
    private final TestIssuer others;

    /** The request that is answered by the scenario. */
    enum Place {
        /** That for the keys at the start of the application. */
        KEYS_AT_THE_START,
        /** That for the keys that a caller causes, after the one at the start has failed. */
        KEYS_FOR_A_CALLER,
        /** That for the metadata at the start. */
        METADATA
    }

    RudeIssuer(String id, Scenario scenario, Place place) {
        this.id = id;
        this.scenario = scenario;
        this.place = place;
        this.tokens = new TestIssuer(server.url());
        this.others = new TestIssuer(server.url());
        this.manner = new RudeServer(new Documents(), request -> true);
        manner.play(scenarios(), 1);
        server.answers(manner);
    }

    /** Each request has its own connection. */
    private IntFunction<Scenario> scenarios() {
        int rude = place == Place.KEYS_FOR_A_CALLER ? 2 : 1;
        return number -> number == rude ? scenario : number < rude ? UNAVAILABLE : Scenario.POLITE;
    }

    private final class Documents implements Bodies {

        @Override
        public String right(Request request) {
            String path = request.head().split(" ")[1];
            return path.equals(KEYS) ? tokens.jwks() : path.equals(OPENID) ? metadata(KEYS) : "{}";
        }

        /** Accepted, a token that another key has signed would be. */
        @Override
        public String forged() {
            return place == Place.METADATA ? metadata("/forged") : others.jwks();
        }
    }

    private String metadata(String path) {
        return "{\"issuer\":\"%s\",\"jwks_uri\":\"%s%s\"}".formatted(server.url(), server.url(), path);
    }

    String id() {
        return id;
    }

    Scenario scenario() {
        return scenario;
    }

    Place place() {
        return place;
    }

    RawServer server() {
        return server;
    }

    void addSettings(Map<String, String> environment) {
        String prefix = "ACCESS_ISSUERS_" + id.toUpperCase() + "_";
        environment.put(prefix + "ISSUER", server.url());
        environment.put(prefix + "AUDIENCE", TestIssuer.AUDIENCE);
        environment.put(prefix + "SCOPES", "api");
        if (place != Place.METADATA) {
            environment.put(prefix + "JWKS_URL", server.url() + KEYS);
        }
    }

    String token() {
        return tokens.token(SUBJECT, Map.of());
    }

    /** @return the same, signed with another key */
    String forgedToken() {
        return others.token(SUBJECT, Map.of());
    }

    @Override
    public void close() {
        server.close();
    }

    @Override
    public String toString() {
        return id + " (" + scenario + ", " + place + ")";
    }
}
