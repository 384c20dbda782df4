/**
 * Limits on the connections of both ports: their number, their time and their memory. Netty handlers in front of the router.
 */
package dev.leantokens.limits;
