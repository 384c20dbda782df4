/**
 * MCP with a handshake, which the extension implements: who owns a session, how many there are, and what the extension must
 * not do.
 */
package dev.leantokens.mcp.session;
