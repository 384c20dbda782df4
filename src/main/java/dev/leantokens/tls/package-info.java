/** TLS towards callers and Lean: short settings, checks of certificates and keys, and their reload without a restart. */
package dev.leantokens.tls;
