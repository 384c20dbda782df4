// Lists and calls the tool, reads its errors and checks the Agent Skill with the official TypeScript clients: 2.x in each of its
// modes, and 1.x.
// Usage: clients.mjs <url of /mcp> [stateless: only the stateless modes]
import assert from 'node:assert/strict';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { z } from 'zod';
import { SKILL, checkSkill } from './skill.mjs';

const url = new URL(process.argv[2]);
const onlyStateless = process.argv[3] === 'stateless';
const info = { name: 'ci', version: '1.0.0' };
const TOOL = 'lean-generate-access-token';

async function tried(name, client, transport, revision) {
  await client.connect(transport);
  try {
    if (revision) {
      assert.equal(transport.protocolVersion ?? client.getNegotiatedProtocolVersion?.(), revision);
    }
    assert.equal(client.getServerVersion().name, 'lean-authentication-tokens');
    const { tools } = await client.listTools();
    assert.deepEqual(tools.map((tool) => tool.name), [TOOL]);
    assert.deepEqual(tools[0].annotations, { title: 'Lean Generate Access Token', readOnlyHint: false, destructiveHint: false,
      idempotentHint: true, openWorldHint: true });

    // Twice: the second token comes from the cache, and from another replica if there are two.
    for (const scope of ['api', 'api', 'customer.1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed']) {
      const result = await client.callTool({ name: TOOL, arguments: { body: { scope } } });
      assert.ok(!result.isError, JSON.stringify(result.content));
      assert.equal(result.structuredContent.scope, scope);
      assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent);
    }

    const wrong = await client.callTool({ name: TOOL, arguments: { body: { scope: 'payments' } } });
    assert.equal(wrong.isError, true);
    assert.equal(JSON.parse(wrong.content[0].text).error, 'invalid_scope');
    const missing = await client.callTool({ name: TOOL, arguments: {} });
    assert.equal(JSON.parse(missing.content[0].text).error, 'invalid_scope');

    await assert.rejects(client.callTool({ name: 'nothing', arguments: {} }), { code: -32602 });

    const { contents } = await client.readResource({ uri: SKILL });
    assert.match(contents[0].text, /^---\nname: lean-generate-access-token\n/);
    await checkSkill(client, (method, params) => client.request({ method, params }, z.looseObject({})), url);
    await assert.rejects(client.readResource({ uri: 'skill://nothing' }), (e) => [-32602, -32002].includes(e.code));
  } finally {
    await client.close();
  }
  console.log(`${name}: ok`);
}

const modes = [
  ['2.x pinned to 2026-07-28', { versionNegotiation: { mode: { pin: '2026-07-28' } } }, '2026-07-28'],
  ['2.x in mode auto', { versionNegotiation: { mode: 'auto' } }, '2026-07-28'],
  ['2.x by default', {}, undefined],
  ['2.x in mode legacy', { versionNegotiation: { mode: 'legacy' } }, '2025-11-25'],
];
for (const [name, options, revision] of modes.slice(0, onlyStateless ? 2 : modes.length)) {
  await tried(`TypeScript client ${name}`, new Client(info, options), new StreamableHTTPClientTransport(url), revision);
}
if (!onlyStateless) {
  await tried('TypeScript SDK 1.x', new Client1(info), new Transport1(url), '2025-11-25');
}
