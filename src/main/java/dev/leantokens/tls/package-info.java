/** TLS on both sides: what an operator sets, certificates that are there and fit, and their exchange while the service runs. */
package dev.leantokens.tls;
