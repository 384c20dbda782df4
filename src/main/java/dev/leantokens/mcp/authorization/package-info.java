/** MCP as a protected resource of OAuth 2.0: its metadata, the challenges, and the scopes that a token needs. */
package dev.leantokens.mcp.authorization;
