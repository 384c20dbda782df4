/**
 * A stand-in for Lean, for development without credentials. It is not in the packaged application: its beans exist in
 * the dev profile only, and its classes are kept out of the jar by application.properties.
 */
package dev.leantokens.standin;
