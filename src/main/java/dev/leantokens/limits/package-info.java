/** Limits on the connections of both ports: their number, and what each may keep waiting. Netty handlers, no HTTP semantics. */
package dev.leantokens.limits;
