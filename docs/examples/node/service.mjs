// The service that the examples are tested against, with the local client `payments`. PAYMENTS_SECRET has the client's secret;
// TOKEN_URL and MCP_URL are only needed for other addresses than the default ones.
export const tokenUrl = process.env.TOKEN_URL ?? 'http://localhost:8080/v1/oauth2/token';
export const mcpUrl = process.env.MCP_URL ?? 'http://localhost:9090/mcp';
export const id = 'payments';
export const secret = process.env.PAYMENTS_SECRET;
export const TOOL = 'lean-generate-access-token';
