// The packaged service with a stand-in for Lean, and pages of it in Chromium. BROWSER_PORT and the two after it must be free.
import { spawn } from 'node:child_process';
import { openSync, mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const here = fileURLToPath(new URL('.', import.meta.url));
const target = fileURLToPath(new URL('../../target/', import.meta.url));
export const PORT = Number(process.env.BROWSER_PORT ?? 18610);
const MCP_PORT = PORT + 1;
const LEAN_PORT = PORT + 2;
export const url = `http://localhost:${PORT}/`;

const processes = new Set();

function run(name, command, args, env) {
  mkdirSync(`${target}browser`, { recursive: true });
  const log = openSync(`${target}browser/${name}.log`, 'a');
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', log, log] });
  processes.add(child);
  return child;
}

async function end(child, signal = 'SIGTERM') {
  processes.delete(child);
  if (child.exitCode === null && child.signalCode === null) {
    child.kill(signal);
    await once(child, 'exit');
  }
}

export async function endAll() {
  await Promise.all([...processes].map(child => end(child)));
}

async function until(what, condition, seconds = 90) {
  for (let i = 0; i < seconds * 5; i++) {
    if (await condition().catch(() => false)) {
      return;
    }
    await delay(200);
  }
  throw new Error(`not within ${seconds} s: ${what}`);
}

/** Starts the stand-in for Lean, which ends with the returned function. */
export async function startLean() {
  const lean = run('lean', process.execPath, [`${here}../mcp/lean.mjs`, String(LEAN_PORT)]);
  await until('Lean', async () => await fetch(`http://127.0.0.1:${LEAN_PORT}/`) !== undefined);
  return () => end(lean);
}

/** Starts the service, which ends with the returned function. */
export async function startService(settings = {}) {
  const java = process.env.JAVA_HOME ? `${process.env.JAVA_HOME}/bin/java` : 'java';
  const service = run('service', java, ['-jar', `${target}quarkus-app/quarkus-run.jar`], {
    LEAN_URL: `http://127.0.0.1:${LEAN_PORT}`,
    LEAN_CLIENT_ID: '5f0c2f0e-0d4b-4a57-9d1c-3a7d1f6f2b11',
    LEAN_CLIENT_SECRET: 'secret',
    PORT: String(PORT),
    MCP_PORT: String(MCP_PORT),
    QUARKUS_HTTP_HOST: '127.0.0.1',
    ...settings,
  });
  await until('the service', async () => (await fetch(`${url}q/health/ready`)).status > 0);
  return () => end(service);
}

/** Requests a token and returns the status. */
export async function requestToken(scope, headers = {}) {
  const response = await fetch(`${url}v1/oauth2/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ scope }),
  });
  await response.arrayBuffer();
  return response.status;
}

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM,
    // The sandbox needs privileges that containers do not give, and root may not use it. The page is trusted: it is this service's.
    args: ['--no-sandbox'],
  });
}

/** Opens the page. `page.faults` collects what must not happen: violations of the policy, errors, requests to others. */
export async function open(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.faults = [];
  page.on('console', message => {
    // A lost connection is logged by Chromium itself.
    if (['error', 'warning'].includes(message.type()) && !message.text().includes('net::ERR_')) {
      page.faults.push(message.text());
    }
  });
  page.on('pageerror', error => page.faults.push(error.message));
  page.on('request', request => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) {
      page.faults.push(`request to ${request.url()}`);
    }
  });
  await page.goto(url);
  return page;
}
