/** What the MCP server offers: the tool, the Agent Skill, and its introduction to clients. */
package dev.leantokens.mcp.tool;
