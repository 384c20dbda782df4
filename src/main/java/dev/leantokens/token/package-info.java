/**
 * Access token requests and their rules, access tokens, and the service that both adapters call. Depends on neither HTTP
 * frameworks nor MCP nor the REST client.
 */
package dev.leantokens.token;
