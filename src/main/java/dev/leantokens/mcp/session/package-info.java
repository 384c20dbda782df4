/** Sessions of MCP, which the extension implements: their handshake, owners, limits and streams. */
package dev.leantokens.mcp.session;
