/** The REST adapter: the token endpoint of RFC 6749 §3.2, for forms and JSON. */
package dev.leantokens.rest;
