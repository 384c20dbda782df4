/** The listener for MCP: its port, its settings, and what is served on which port. */
package dev.leantokens.mcp.port;
