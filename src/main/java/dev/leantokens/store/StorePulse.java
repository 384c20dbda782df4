package dev.leantokens.store;

import java.time.Instant;

/**
 * What a heartbeat learns from Redis.
 *
 * @param replicas the number of replicas that sent one lately, with this one; at least 1
 * @param generation how often tokens were forgotten by a command; changes with each
 * @param time the time by Redis' clock
 */
record StorePulse(int replicas, long generation, Instant time) {
}
