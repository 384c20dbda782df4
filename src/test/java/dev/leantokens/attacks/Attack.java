package dev.leantokens.attacks;

/** One way in which a caller could take from the others what they need. */
@FunctionalInterface
public interface Attack {

    /** Starts the attack, which goes on until the attacker is closed. Returns at once. */
    void start(Attacker attacker);
}
