/**
 * MCP as it is spoken since revision 2026-07-28: without a handshake and without sessions, each request for itself. The MCP
 * extension in use speaks the revisions before that one. This package answers instead of it, with the same tool and
 * resource, and goes when the extension can; nothing else knows of it. The ADR "MCP without a handshake" has the reasons.
 */
package dev.leantokens.mcp.modern;
