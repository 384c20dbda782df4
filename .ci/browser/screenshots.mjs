// Creates the pictures in docs/images: the page after 15 minutes of requests, during which Lean is down for 40 s. SCREENSHOT_MINUTES
// sets another duration, and SCREENSHOT_FOLDER another folder. With Debian's pngquant, the files are a third as large.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { endAll, launch, open, requestToken, startLean, startService } from './service.mjs';

const folder = process.env.SCREENSHOT_FOLDER ?? fileURLToPath(new URL('../../docs/images', import.meta.url));
const seconds = Number(process.env.SCREENSHOT_MINUTES ?? 15) * 60;
const PICTURES = {
  'status-light': { colorScheme: 'light', viewport: { width: 1180, height: 900 } },
  'status-dark': { colorScheme: 'dark', viewport: { width: 1180, height: 900 } },
  'status-narrow': { colorScheme: 'light', viewport: { width: 390, height: 844 } },
};

async function load() {
  let stopLean = await startLean();
  const scopes = ['api'];
  for (let second = 0; second < seconds; second++) {
    const elapsed = second / seconds;
    if (second % 6 === 0) {
      scopes.push(`customer.${randomUUID()}`);
    }
    const requests = 3 + Math.round(4 * Math.sin(Math.PI * elapsed) + 2 * Math.random());
    for (let i = 0; i < requests; i++) {
      requestToken(scopes.at(i === 0 ? -1 : Math.floor(Math.random() * scopes.length)));
    }
    if (second % 47 === 20) {
      requestToken('accounts');
    }
    if (second % 131 === 60) {
      requestToken('api', { Authorization: 'Bearer unknown' });
    }
    if (second === Math.floor(seconds * 0.7)) {
      await stopLean();
      stopLean = undefined;
    }
    if (stopLean === undefined && second > seconds * 0.7 + 40) {
      stopLean = await startLean();
    }
    await delay(1000);
  }
}

const browser = await launch();
try {
  await startService();
  await load();
  mkdirSync(folder, { recursive: true });
  for (const [name, options] of Object.entries(PICTURES)) {
    const page = await open(browser, options);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.screenshot({ path: `${folder}/${name}.png`, fullPage: name !== 'status-narrow' });
    await page.context().close();
    spawnSync('pngquant', ['--force', '--quality=80-100', '--ext=.png', `${folder}/${name}.png`], { stdio: 'inherit' });
    console.log(`${folder}/${name}.png`);
  }
} finally {
  await browser.close();
  await endAll();
}
