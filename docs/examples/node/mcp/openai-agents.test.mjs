import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunContext } from '@openai/agents';
import { TOOL, mcpUrl, secret } from '../service.mjs';
import { agent, agentWithSecret } from './openai-agents.mjs';

async function receivesAToken({ lean, agent }) {
  await lean.connect();
  try {
    const tools = await agent.getMcpTools(new RunContext());
    // The model gets the name that OpenAI's API allows.
    assert.deepEqual(tools.map((tool) => tool.name), [TOOL.replaceAll('-', '_')]);
    const content = await lean.callTool(TOOL, { body: { scope: 'api' } });
    assert.ok(JSON.parse(content[0].text).access_token, JSON.stringify(content));
  } finally {
    await lean.close();
  }
}

test('OpenAI Agents without a secret', () => receivesAToken(agent(mcpUrl)));
test('OpenAI Agents with a secret', () => receivesAToken(agentWithSecret(mcpUrl, secret)));
test('OpenAI Agents with a wrong secret', () => assert.rejects(agentWithSecret(mcpUrl, 'wrong').lean.connect(), /HTTP 401/));
