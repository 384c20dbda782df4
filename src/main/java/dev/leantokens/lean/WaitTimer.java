package dev.leantokens.lean;

/** Runs an action after a while. */
@FunctionalInterface
interface WaitTimer {

    /**
     * @param millis after which the action is run
     * @return ends the timer
     */
    Runnable start(long millis, Runnable action);
}
