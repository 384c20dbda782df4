package dev.leantokens.status;

import java.util.Locale;

/** How a state is to be taken. Each one has an icon, which the page shows beside the words. */
enum Level {
    GOOD,
    /** Something an operator should look at; callers get tokens. */
    WARN,
    /** Callers are affected, or soon will be. */
    BAD,
    /** Neither good nor bad, such as unknown. */
    OFF;

    /** @return the name of its class in the style, and of its icon */
    public String css() {
        return name().toLowerCase(Locale.ROOT);
    }
}
