/**
 * Verifies signed tokens (JWT, RFC 7519) of issuers that the operator trusts, and so recognizes callers that have no secret
 * here. Knows neither HTTP requests nor the adapters.
 */
package dev.leantokens.issuer;
