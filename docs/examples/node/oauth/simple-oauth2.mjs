// snippet: token
import { ClientCredentials } from 'simple-oauth2';

export function leanTokens(tokenUrl, id, secret) {
  const { origin, pathname } = new URL(tokenUrl);
  const client = new ClientCredentials({
    client: { id, secret },
    auth: { tokenHost: origin, tokenPath: pathname },
  });
  let current;
  return async () => {
    if (!current || current.expired(30)) {
      current = await client.getToken({ scope: 'api' });
    }
    return current.token;
  };
}
// end: token
