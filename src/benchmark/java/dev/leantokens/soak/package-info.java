/** Runs the packaged application under mixed load with a Lean that fails at random, and checks every response. */
package dev.leantokens.soak;
