/** The MCP adapter: the tool, and the port of its own that it is served on. */
package dev.leantokens.mcp;
