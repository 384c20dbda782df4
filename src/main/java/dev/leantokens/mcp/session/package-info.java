/** MCP with sessions, which the extension implements: what it accepts, who owns a session, and how many there are. */
package dev.leantokens.mcp.session;
