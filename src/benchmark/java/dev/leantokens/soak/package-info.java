/** The packaged application under mixed load and a Lean that fails at random, with every answer checked. */
package dev.leantokens.soak;
