/** The MCP adapter. Its filter checks every MCP request before the MCP extension handles it. */
package dev.leantokens.mcp;
