package dev.leantokens.attacks;

/** A way in which one caller could harm the others. */
@FunctionalInterface
public interface Attack {

    /** Starts the attack and returns; the attack lasts until the attacker is closed. */
    void start(Attacker attacker);
}
