import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { id, secret, tokenUrl } from '../service.mjs';
import { banks } from './lean-api.mjs';
import { leanTokens as openidClient } from './openid-client.mjs';
import { leanToken as oauth4webapi } from './oauth4webapi.mjs';
import { leanTokens as simpleOauth2 } from './simple-oauth2.mjs';

const libraries = {
  'openid-client': secret => openidClient(tokenUrl, id, secret)(),
  oauth4webapi: secret => oauth4webapi(tokenUrl, id, secret),
  'simple-oauth2': secret => simpleOauth2(tokenUrl, id, secret)(),
};

for (const [name, token] of Object.entries(libraries)) {
  test(`${name} receives a token`, async () => {
    const { access_token, expires_in, scope } = await token(secret);
    assert.ok(access_token);
    assert.ok(expires_in >= 60 && expires_in <= 3600, `expires in ${expires_in} s`);
    assert.equal(scope, 'api');
  });
  test(`${name} reports a wrong secret`, async () => {
    await assert.rejects(token('wrong'));
  });
}

test('simple-oauth2 caches the token', async () => {
  const token = simpleOauth2(tokenUrl, id, secret);
  assert.equal(await token(), await token());
});

test("the token goes to Lean's API as a Bearer token", async () => {
  const lean = createServer((request, response) => response.end(JSON.stringify([request.url, request.headers.authorization])));
  lean.listen(0, '127.0.0.1');
  await once(lean, 'listening');
  try {
    const token = await openidClient(tokenUrl, id, secret)();
    const received = await banks(token, `http://127.0.0.1:${lean.address().port}`);
    assert.deepEqual(received, ['/banks/v1', `Bearer ${token.access_token}`]);
  } finally {
    lean.close();
    lean.closeAllConnections();
  }
});
