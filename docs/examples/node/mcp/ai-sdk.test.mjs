import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TOOL, mcpUrl, secret } from '../service.mjs';
import { tools, toolsWithSecret } from './ai-sdk.mjs';

async function receivesAToken({ client, tools }) {
  try {
    assert.deepEqual(Object.keys(tools), [TOOL]);
    const result = await tools[TOOL].execute({ body: { scope: 'api' } }, { toolCallId: '1', messages: [] });
    assert.ok(result.structuredContent.access_token, JSON.stringify(result));
  } finally {
    await client.close();
  }
}

test('AI SDK without a secret', async () => receivesAToken(await tools(mcpUrl)));
test('AI SDK with a secret', async () => receivesAToken(await toolsWithSecret(mcpUrl, secret)));
test('AI SDK with a wrong secret', async () => assert.rejects(toolsWithSecret(mcpUrl, 'wrong'), /HTTP 401/));
