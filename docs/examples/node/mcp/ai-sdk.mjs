import { createMCPClient } from '@ai-sdk/mcp';

export async function tools(url) {
  // snippet: loopback
  const lean = await createMCPClient({ transport: { type: 'http', url } });
  const tools = await lean.tools();
  // end: loopback
  return { client: lean, tools };
}

export async function toolsWithSecret(url, secret) {
  // snippet: secret
  const lean = await createMCPClient({
    transport: { type: 'http', url, headers: { Authorization: `Bearer ${secret}` } },
  });
  const tools = await lean.tools();
  // end: secret
  return { client: lean, tools };
}
