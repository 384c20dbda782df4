// Connects the official TypeScript clients to the service as a protected resource of issuer.mjs: from URL, id and secret alone,
// and with a configured header. Without the argument "on", only with the header.
// Usage: oauth.mjs <url of /mcp> <secret of a local client> [on <url of issuer.mjs>]
import assert from 'node:assert/strict';
import { Client, ClientCredentialsProvider, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { ClientCredentialsProvider as Provider1 } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { connect as connectAsDocumented } from '../../docs/examples/node/mcp/client-credentials.mjs';

const [url, secret, on, issuer] = [new URL(process.argv[2]), ...process.argv.slice(3)];
const SECRET = 'secret-of-agent-0123456789';
// The client advises to name the issuer, which this test leaves to the metadata.
console.warn = () => {};
const sse = new URL('/mcp/sse', url);
const info = { name: 'ci', version: '1.0.0' };
const TOOL = 'lean-generate-access-token';
const EXTENSION = 'io.modelcontextprotocol/oauth-client-credentials';

const kinds = [
  ['client 2.x pinned to 2026-07-28', (auth) => new StreamableHTTPClientTransport(url, auth), { mode: { pin: '2026-07-28' } }],
  ['client 2.x in mode auto', (auth) => new StreamableHTTPClientTransport(url, auth), { mode: 'auto' }],
  ['client 2.x in mode legacy', (auth) => new StreamableHTTPClientTransport(url, auth), { mode: 'legacy' }],
  ['client 2.x over SSE', (auth) => new SSEClientTransport(sse, auth), { mode: 'legacy' }],
  ['SDK 1.x', (auth) => new Transport1(url, auth)],
];

async function tried(name, client, transport) {
  if (transport) {
    await client.connect(transport);
  }
  try {
    assert.equal(EXTENSION in client.getServerCapabilities().extensions, on === 'on');
    const result = await client.callTool({ name: TOOL, arguments: { body: { scope: 'api' } } });
    assert.ok(!result.isError, JSON.stringify(result.content));
    assert.equal(result.structuredContent.scope, 'api');
  } finally {
    await client.close();
  }
  console.log(`TypeScript ${name}: ok`);
}

const connect = (versionNegotiation) => versionNegotiation ? new Client(info, { versionNegotiation }) : new Client1(info);
// SDK 1.x reads the scope of the challenge, and requests none with this grant unless it is configured.
const credentials = (negotiation, clientSecret) => negotiation
  ? new ClientCredentialsProvider({ clientId: 'agent', clientSecret })
  : new Provider1({ clientId: 'agent', clientSecret, scope: 'tokens' });
const header = { requestInit: { headers: { Authorization: `Bearer ${secret}` } } };

for (const [name, transport, negotiation] of kinds) {
  if (on) {
    await tried(`${name}, with id and secret`, connect(negotiation),
      transport({ authProvider: credentials(negotiation, SECRET) }));
    // The authorization server refuses it; the client must not end with a token, nor try for ever.
    await assert.rejects(connect(negotiation).connect(transport({ authProvider: credentials(negotiation, 'wrong') })));
  }
  await tried(`${name}, with a header`, connect(negotiation), transport(header));
  const wrong = { requestInit: { headers: { Authorization: 'Bearer wrong' } } };
  await assert.rejects(connect(negotiation).connect(transport(wrong)));
}

if (on) {
  await tried('client 2.x as documented', await connectAsDocumented(url, issuer, 'agent', SECRET));
  const token = async (parameters) => {
    const response = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { Authorization: `Basic ${btoa(`agent:${SECRET}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...parameters }),
    });
    return (await response.json()).access_token;
  };
  const request = async (parameters) => fetch(url, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${await token(parameters)}`,
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      'MCP-Protocol-Version': '2026-07-28',
      'Mcp-Method': 'server/discover',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'server/discover', params: { _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} } } }),
  });
  const resource = url.href;
  assert.equal((await request({ resource, scope: 'tokens' })).status, 200);
  console.log('token for the resource, with the scope: ok');
  const withoutScope = await request({ resource });
  assert.equal(withoutScope.status, 403);
  assert.match(withoutScope.headers.get('WWW-Authenticate'), /^Bearer .*scope="tokens".*error="insufficient_scope"/);
  console.log('token without the scope, 403: ok');
  const forAnother = await request({ resource: 'https://other.example.com/mcp', scope: 'tokens' });
  assert.equal(forAnother.status, 401);
  assert.match(forAnother.headers.get('WWW-Authenticate'), /^Bearer resource_metadata=".*error="invalid_token"/);
  console.log('token for another resource, 401: ok');
}
