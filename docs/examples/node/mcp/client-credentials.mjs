import { Client, ClientCredentialsProvider, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

export async function connect(url, issuer, clientId, clientSecret) {
  // snippet: connect
  const lean = new Client({ name: 'payments', version: '1.0.0' });
  const authProvider = new ClientCredentialsProvider({ clientId, clientSecret, expectedIssuer: issuer });
  await lean.connect(new StreamableHTTPClientTransport(new URL(url), { authProvider }));
  // end: connect
  return lean;
}
