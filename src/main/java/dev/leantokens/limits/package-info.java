/**
 * Limits on the connections of both ports: their number, their time and their memory. Netty handlers, without HTTP semantics.
 */
package dev.leantokens.limits;
