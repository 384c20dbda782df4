/** The second listener, which serves MCP: its port, its settings, and the paths of each port. */
package dev.leantokens.mcp.port;
