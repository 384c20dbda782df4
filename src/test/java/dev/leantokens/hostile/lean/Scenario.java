package dev.leantokens.hostile.lean;

import java.util.ArrayList;
import java.util.List;

import dev.leantokens.hostile.lean.Step.Act;
import dev.leantokens.hostile.lean.Step.Send;

/**
 * What happens on a connection to Lean.
 *
 * @param name what is odd
 * @param greeting what happens before the first request
 * @param steps what happens after each request
 * @param onReuse whether the first request of each connection is answered as usual
 * @param outcome what callers get
 * @param reusable whether the connection may serve another request then
 */
record Scenario(String name, List<Step> greeting, List<Step> steps, boolean onReuse, Outcome outcome, boolean reusable) {

    /** The whole response, as Lean sends it. */
    static final String OKAY = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: $LENGTH\r\n\r\n$BODY";

    static final Scenario POLITE = keeps("polite", OKAY);

    enum Outcome {
        TOKEN,
        ERROR,
        /** Depends on the order of events, or on another connection. */
        EITHER
    }

    /** The response is valid, and so is the connection. */
    static Scenario keeps(String name, String text) {
        return keeps(name, new Send(text));
    }

    static Scenario keeps(String name, Step... steps) {
        return new Scenario(name, List.of(), List.of(steps), false, Outcome.TOKEN, true);
    }

    /** The response is valid, and the connection must not be used again. */
    static Scenario last(String name, String text) {
        return last(name, new Send(text));
    }

    static Scenario last(String name, Step... steps) {
        return new Scenario(name, List.of(), List.of(steps), false, Outcome.TOKEN, false);
    }

    /** The response is invalid, and the connection must not be used again. */
    static Scenario fails(String name, String text) {
        return fails(name, new Send(text));
    }

    static Scenario fails(String name, Step... steps) {
        return new Scenario(name, List.of(), List.of(steps), false, Outcome.ERROR, false);
    }

    Scenario either() {
        return new Scenario(name, greeting, steps, onReuse, Outcome.EITHER, reusable);
    }

    Scenario token() {
        return new Scenario(name, greeting, steps, onReuse, Outcome.TOKEN, reusable);
    }

    Scenario error() {
        return new Scenario(name, greeting, steps, onReuse, Outcome.ERROR, reusable);
    }

    Scenario greeting(Step... greets) {
        return new Scenario(name, List.of(greets), steps, onReuse, outcome, reusable);
    }

    /** @return the same, after one request has been answered as usual; the next one is then sent on another connection */
    Scenario whenReused() {
        return new Scenario(name + ", when reused", greeting, steps, true, Outcome.TOKEN, reusable);
    }

    /** @return the same, once all requests of the round have arrived */
    Scenario gathered() {
        List<Step> all = new ArrayList<>(List.of(Act.GATHER));
        all.addAll(steps);
        return new Scenario(name, greeting, all, onReuse, outcome, reusable);
    }

    @Override
    public String toString() {
        return name;
    }
}
