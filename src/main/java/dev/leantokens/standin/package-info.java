/**
 * A stand-in for Lean, for development and for trials without an account at Lean. Nothing runs unless configured.
 */
package dev.leantokens.standin;
