/** What probes and operators are told. */
package dev.leantokens.health;
