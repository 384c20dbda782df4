// Tries tokens of an authorization server (oidc-provider) as credentials over REST: for the right and for other audiences and
// customers, with a new key, and while the server is stopped. The service must trust the server, with the audience below and the
// scope customer.{lean_customer}. Starts the server, and then waits for the service: it fetches the keys at its start, and keys that
// it does not know at most once in 30 s.
// Usage: rest-callers.mjs <url of the service> <port of the authorization server>
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { Provider } from 'oidc-provider';

const [service, port] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const AUDIENCE = 'urn:lean-tokens';
const CUSTOMER = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed';
const ANOTHER = '2c0e7cde-ccfe-4c3e-8c6e-bc9e0cce5cfe';
const SECRET = 'secret-of-the-worker-0123456789';
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

function key(kid) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
}

// The first key signs.
function start(keys) {
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'worker', client_secret: SECRET, grant_types: ['client_credentials'], redirect_uris: [],
      response_types: [] }],
    jwks: { keys },
    ttl: { ClientCredentials: 300 },
    extraTokenClaims: () => ({ lean_customer: CUSTOMER }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ scope: '', accessTokenFormat: 'jwt', accessTokenTTL: 300, jwt: { sign: { alg: 'RS256' } } }),
      },
    },
  });
  const answer = provider.callback();
  const server = createServer((request, response) => {
    // Otherwise the next request could be sent on a connection of a server that has been stopped.
    response.setHeader('Connection', 'close');
    answer(request, response);
  });
  return new Promise((resolve) => {
    server.listen(Number(port), '127.0.0.1', () => resolve(server));
  });
}

function stop(server) {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}

async function login(resource) {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`worker:${SECRET}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(resource && { resource }) }),
  });
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()).access_token;
}

async function check(what, token, expected, customer = CUSTOMER, how = { headers: { Authorization: `Bearer ${token}` } }) {
  const response = await fetch(`${service}/v1/oauth2/token`, {
    method: 'POST',
    headers: how.headers ?? {},
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: `customer.${customer}`, ...how.members }),
  });
  const answer = await response.json();
  assert.equal(answer.error ?? 'issued', expected, `${what}: ${response.status} ${JSON.stringify(answer)}`);
  assert.equal(answer.scope, expected === 'issued' ? `customer.${customer}` : undefined);
  console.log(`REST with oidc-provider, ${what}: ok`);
}

const first = key('first');
const second = key('second');
let server = await start([first]);
for (let i = 0; (await fetch(`${service}/q/health/group/issuers`).catch(() => ({}))).status !== 200; i++) {
  assert.ok(i < 240, 'the service does not start, or does not get the keys');
  await setTimeout(250);
}
const token = await login(AUDIENCE);
await check('a token by client credentials', token, 'issued');
await check('the same as client_assertion', token, 'issued', CUSTOMER,
  { members: { client_assertion_type: ASSERTION, client_assertion: token } });
await check('another customer', token, 'invalid_scope', ANOTHER);
await check('a token for another audience', await login('urn:reports'), 'invalid_client');
await check('a token that is not a JWT', await login(), 'invalid_client');
await check('a token as a secret', token, 'invalid_client', CUSTOMER,
  { headers: { Authorization: `Basic ${btoa(`worker:${token}`)}` } });

await stop(server);
server = await start([second, first]);
await check('the first token of a new key', await login(AUDIENCE), 'issued');
await check('a token of the previous key', token, 'issued');

const last = await login(AUDIENCE);
await stop(server);
await check('a token while the server is stopped', last, 'issued');
process.exit(0);
