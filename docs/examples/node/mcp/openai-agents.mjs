import { Agent, MCPServerStreamableHttp } from '@openai/agents';

export function agent(url) {
  // snippet: loopback
  const lean = new MCPServerStreamableHttp({ name: 'lean', url });
  const agent = new Agent({ name: 'Banking', mcpServers: [lean] });
  // end: loopback
  return { lean, agent };
}

export function agentWithSecret(url, secret) {
  // snippet: secret
  const lean = new MCPServerStreamableHttp({
    name: 'lean',
    url,
    requestInit: { headers: { Authorization: `Bearer ${secret}` } },
  });
  const agent = new Agent({ name: 'Banking', mcpServers: [lean] });
  // end: secret
  return { lean, agent };
}
