/**
 * MCP as of revision 2026-07-28, which is stateless: it has neither a handshake nor sessions. The MCP extension only
 * supports earlier revisions, so this package answers in its place, with the same tool and resource. Delete the package
 * once the extension supports the revision. See the ADR "Answer stateless MCP here until the extension can".
 */
package dev.leantokens.mcp.stateless;
