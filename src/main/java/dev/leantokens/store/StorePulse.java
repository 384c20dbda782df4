package dev.leantokens.store;

import java.time.Instant;

/**
 * What a heartbeat learns from Redis.
 *
 * @param replicas the number of replicas that sent one lately, with this one; at least 1
 * @param generation the generation of what was forgotten last: see {@link ForgottenTokens}
 * @param sentAt when Redis was asked, by the clock of this machine
 * @param time the time by Redis' clock, which was read between then and now
 * @param unknownKeys the number of keys with which replicas seal, and which this one does not have
 */
record StorePulse(int replicas, long generation, Instant sentAt, Instant time, int unknownKeys) {
}
