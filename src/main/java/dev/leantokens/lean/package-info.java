/**
 * Lean's side: where it is, how it is asked, and what its answers mean. Every answer and every failure becomes a token
 * or a {@link dev.leantokens.error.TokenException} here.
 */
package dev.leantokens.lean;
