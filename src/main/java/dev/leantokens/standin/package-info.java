/**
 * A stand-in for Lean, for development and for trials without an account at Lean. Nothing of it runs unless it is asked for.
 */
package dev.leantokens.standin;
