/**
 * MCP as of revision 2026-07-28, stateless: without a handshake or sessions. The MCP extension in use only knows earlier
 * revisions, so this package answers in its place with the same tool and resource. Delete it once the extension supports the
 * revision; nothing else depends on it. See the ADR "Answer stateless MCP here until the extension can".
 */
package dev.leantokens.mcp.stateless;
