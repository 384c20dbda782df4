/**
 * A Lean, servers of issuers, forward proxies and a collector of traces that misbehave at the byte level. A
 * {@link dev.leantokens.hostile.lean.Scenario} says what happens on a connection;
 * {@link dev.leantokens.hostile.lean.Scenarios} are the known ones, and {@code RandomScenario} composes others from the same
 * steps.
 */
package dev.leantokens.hostile.lean;
