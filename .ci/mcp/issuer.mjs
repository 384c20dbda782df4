// An authorization server (oidc-provider) that issues access tokens in form of JWT by the client credentials grant, for the
// resources that clients name. Usage: issuer.mjs <port> <resource>...
import { generateKeyPairSync } from 'node:crypto';
import { Provider, errors } from 'oidc-provider';

const [port, ...resources] = process.argv.slice(2);
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = { ...privateKey.export({ format: 'jwk' }), kid: 'first', alg: 'ES256', use: 'sig' };

new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: 'agent',
    client_secret: 'secret-of-agent-0123456789',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  }],
  scopes: ['tokens'],
  jwks: { keys: [key] },
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo(context, resource) {
        if (!resources.includes(resource)) {
          throw new errors.InvalidTarget();
        }
        return { scope: 'tokens', accessTokenFormat: 'jwt', accessTokenTTL: 300, jwt: { sign: { alg: 'ES256' } } };
      },
    },
  },
}).listen(Number(port), '127.0.0.1');
