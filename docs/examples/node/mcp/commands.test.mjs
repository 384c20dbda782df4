// Clients that are commands or start one: MCP Inspector, and mcp-remote as docs/examples/mcp configures it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { createMCPClient } from '@ai-sdk/mcp';
import { Experimental_StdioMCPTransport } from '@ai-sdk/mcp/mcp-stdio';
import { TOOL, mcpUrl, secret } from '../service.mjs';

const modules = new URL('../node_modules/', import.meta.url).pathname;
// Neither settings nor stored logins of whoever runs this.
const env = { ...process.env, HOME: mkdtempSync(join(tmpdir(), 'mcp-')) };

async function inspector(...options) {
  const { stdout } = await promisify(execFile)(process.execPath, [
    `${modules}@modelcontextprotocol/inspector/clients/launcher/build/index.js`, '--cli', mcpUrl, '--transport', 'http',
    ...options, '--method', 'tools/call', '--tool-name', TOOL, '--tool-arg', 'body={"scope":"api"}'], { env });
  return JSON.parse(stdout);
}

test('MCP Inspector without a secret', async () => {
  assert.ok((await inspector()).structuredContent.access_token);
});
test('MCP Inspector with a secret', async () => {
  assert.ok((await inspector('--header', `Authorization: Bearer ${secret}`)).structuredContent.access_token);
});
test('MCP Inspector with a wrong secret', async () => {
  await assert.rejects(inspector('--header', 'Authorization: Bearer wrong'), /auth_required/);
});

async function mcpRemote(name, change) {
  const { lean } = JSON.parse(readFileSync(new URL(`../../mcp/${name}.json`, import.meta.url))).mcpServers;
  assert.equal(lean.command, 'npx');
  assert.deepEqual(lean.args.slice(0, 2), ['-y', 'mcp-remote']);
  const args = lean.args.slice(2).map((arg) => (arg.startsWith('http') ? mcpUrl : arg));
  const client = await createMCPClient({
    transport: new Experimental_StdioMCPTransport({
      command: process.execPath,
      args: [`${modules}mcp-remote/dist/proxy.js`, ...args],
      env: { ...env, ...lean.env, ...change },
      stderr: 'ignore',
    }),
  });
  try {
    const tools = await client.tools();
    const result = await tools[TOOL].execute({ body: { scope: 'api' } }, { toolCallId: '1', messages: [] });
    assert.ok(result.structuredContent.access_token, JSON.stringify(result));
  } finally {
    await client.close();
  }
}

test('mcp-remote without a secret', () => mcpRemote('mcp-remote'));
test('mcp-remote with a secret', () => mcpRemote('mcp-remote-secret', { AUTHORIZATION: `Bearer ${secret}` }));
