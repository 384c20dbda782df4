// Distributes requests among replicas in turn. Usage: proxy.mjs <port> <port of a replica>...
import { createServer, request as requestTo } from 'node:http';

const [port, ...replicas] = process.argv.slice(2).map(Number);
let next = 0;
createServer((request, response) => {
  const { method, url, headers } = request;
  const passedOn = requestTo({ host: '127.0.0.1', port: replicas[next++ % replicas.length], method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  passedOn.on('error', () => response.destroy());
  request.pipe(passedOn);
}).listen(port, '127.0.0.1');
