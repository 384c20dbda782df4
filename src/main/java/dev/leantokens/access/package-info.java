/** Who may ask for a token, by which name this service may be called, and whose credentials a request uses. */
package dev.leantokens.access;
