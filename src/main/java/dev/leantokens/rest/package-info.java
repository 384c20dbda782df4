/** The REST adapter: the token endpoint of RFC 6749 §3.2, with JSON beside the form. */
package dev.leantokens.rest;
