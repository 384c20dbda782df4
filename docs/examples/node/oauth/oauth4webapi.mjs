// snippet: token
import * as oauth from 'oauth4webapi';

export async function leanToken(tokenUrl, id, secret) {
  const server = { issuer: new URL(tokenUrl).origin, token_endpoint: tokenUrl };
  const client = { client_id: id };
  const response = await oauth.clientCredentialsGrantRequest(
    server,
    client,
    oauth.ClientSecretBasic(secret),
    { scope: 'api' },
    { [oauth.allowInsecureRequests]: tokenUrl.startsWith('http:') },
  );
  return oauth.processClientCredentialsResponse(server, client, response);
}
// end: token
