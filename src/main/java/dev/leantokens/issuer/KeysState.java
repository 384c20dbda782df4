package dev.leantokens.issuer;

import java.time.Instant;
import java.util.Optional;

/**
 * What operators see of an issuer's keys.
 *
 * @param issuer the id of its settings
 * @param keys the number of keys that verify tokens now
 * @param until when they are given up, unless they can be fetched before; empty for a file, and without keys
 * @param problem why they cannot be obtained now, without details that are for the log only; empty if they can
 */
public record KeysState(String issuer, int keys, Optional<Instant> until, Optional<String> problem) {
}
