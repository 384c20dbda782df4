/**
 * Requests tokens from Lean: its settings, connections, client authentication, budget, retries and breakers. Every response and
 * every failure is translated into a token or a {@link dev.leantokens.error.TokenException} here.
 */
package dev.leantokens.lean;
