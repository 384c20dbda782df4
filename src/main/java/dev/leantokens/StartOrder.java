package dev.leantokens;

import jakarta.enterprise.inject.spi.ObserverMethod;

/**
 * The order in which observers of Quarkus' {@code StartupEvent} run: lowest priority first. The main port opens after the last.
 */
public final class StartOrder {

    /** Checks of settings, before any bean is created that relies on them: an observer of Quarkus' {@code Filters}. */
    public static final int SETTINGS = ObserverMethod.DEFAULT_PRIORITY - 200;
    /** Checks that need beans, which rely on checked settings. */
    public static final int AFTER_SETTINGS = SETTINGS + 50;
    /** Limits on connections, before any port opens. */
    public static final int LIMITS = ObserverMethod.DEFAULT_PRIORITY - 100;
    /** The link to Redis, before the first request for a token, which an observer can make. */
    public static final int STORE = ObserverMethod.DEFAULT_PRIORITY - 50;
    // Observers without a priority run here: they check and load what their packages need.
    /** Background threads and timers, which a start that fails on a setting does not need. */
    public static final int BACKGROUND = ObserverMethod.DEFAULT_PRIORITY + 50;
    /** The MCP port, which opens only after all checks. */
    public static final int MCP_PORT = ObserverMethod.DEFAULT_PRIORITY + 100;
    /** The report of what is exposed to whom, when that is final. */
    public static final int REPORT = ObserverMethod.DEFAULT_PRIORITY + 200;

    private StartOrder() {
    }
}
