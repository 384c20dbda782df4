/** What MCP clients send, and JSON-RPC 2.0: endpoints, messages, media types and errors. */
package dev.leantokens.mcp.message;
