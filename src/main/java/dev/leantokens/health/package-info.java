/** Health checks and metrics, as probes and operators see them. */
package dev.leantokens.health;
