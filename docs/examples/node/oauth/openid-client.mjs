// snippet: token
import * as client from 'openid-client';

export function leanTokens(tokenUrl, id, secret) {
  const server = { issuer: new URL(tokenUrl).origin, token_endpoint: tokenUrl };
  const config = new client.Configuration(server, id, undefined, client.ClientSecretBasic(secret));
  if (tokenUrl.startsWith('http:')) {
    client.allowInsecureRequests(config);
  }
  return () => client.clientCredentialsGrant(config, { scope: 'api' });
}
// end: token
