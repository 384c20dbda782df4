/**
 * Attacks on the packaged application, and the ordinary callers that must not notice them: for the integration test, the
 * benchmark and the soak.
 */
package dev.leantokens.attacks;
