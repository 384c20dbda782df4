/** The in-process cache of tokens and refusals, and the memory of accepted credentials. */
package dev.leantokens.cache;
