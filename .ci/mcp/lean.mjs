// A stand-in for Lean: issues a token for each request with the service's credentials. Usage: lean.mjs <port>
import { createServer } from 'node:http';

let issued = 0;
createServer(async (request, response) => {
  if (request.method === 'GET') {
    // The metadata, by which the service checks whether Lean is reachable.
    response.end('{}');
    return;
  }
  let body = '';
  for await (const chunk of request) {
    body += chunk;
  }
  const form = new URLSearchParams(body);
  const known = request.url === '/oauth2/token' && form.get('client_secret') === 'secret';
  response.writeHead(known ? 200 : 401, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(known
    ? { access_token: `token-${++issued}`, token_type: 'Bearer', expires_in: 3599, scope: form.get('scope') }
    : { error: 'invalid_client' }));
}).listen(Number(process.argv[2]), '127.0.0.1');
