/**
 * What the product is about: the access token request with its rules, the access token, the errors, and the
 * service that both adapters call. Knows neither HTTP frameworks nor MCP nor the REST client.
 */
package dev.leantokens.token;
