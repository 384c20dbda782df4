/** The MCP adapter: the tool, the messages, and the filter that every MCP request passes. */
package dev.leantokens.mcp;
