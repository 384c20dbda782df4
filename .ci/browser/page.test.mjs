import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import axe from 'axe-core';
import { endAll, launch, open, requestToken, startLean, startService, url } from './service.mjs';

const CUSTOMER = '3b0b9c6e-0f0d-4c5c-9d2f-1f8f6f4f2a10';
const SIZES = { narrow: { width: 320, height: 640 }, wide: { width: 1440, height: 900 } };

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await endAll();
});

async function violations(page) {
  await page.evaluate(axe.source);
  const { violations, incomplete } = await page.evaluate(() => globalThis.axe.run(document));
  // Contrasts that cannot be calculated count as insufficient, except where a narrow page hides cells of its wide table.
  const wide = page.viewportSize().width === SIZES.wide.width;
  return violations.concat(incomplete.filter(({ id }) => wide && id === 'color-contrast')).map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' ')}`);
}

const overflow = page => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Checks what holds for every state of the page. */
function looksRight(state, visible) {
  for (const colorScheme of ['light', 'dark']) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      test(`${state}, ${colorScheme}, ${size}: accessible, fits, no faults`, async () => {
        const page = await open(browser, { colorScheme, viewport });
        await page.getByText(visible).first().waitFor();
        for (const details of await page.locator('details').all()) {
          await details.locator('summary').click();
        }
        assert.deepEqual(await violations(page), []);
        assert.equal(await overflow(page), 0, 'scrolls horizontally');
        assert.equal(await page.evaluate(() => document.getAnimations().length), 0, 'moves');
        assert.deepEqual(page.faults, []);
        await page.context().close();
      });
    }
  }
}

const isLive = page => page.getByText('Live', { exact: true }).waitFor({ timeout: 30_000 });
const text = (page, selector) => page.locator(selector).innerText();

describe('the status page', () => {
  let stopLean;
  let stopService;
  before(async () => {
    stopLean = await startLean();
    stopService = await startService();
  });

  describe('before the first request', () => {
    looksRight('empty', 'No calls in the last 15 minutes');
  });

  test('shows requests without being reloaded', async () => {
    const page = await open(browser);
    await isLive(page);
    await page.evaluate(() => globalThis.notReloaded = true);
    assert.equal(await requestToken('api'), 200);
    assert.equal(await requestToken('api'), 200);
    assert.equal(await requestToken(`customer.${CUSTOMER}`), 200);
    assert.equal(await requestToken('nonsense'), 400);
    await page.locator('#errors').getByText('INVALID_SCOPE').waitFor();
    await page.locator('#tokens').getByText('customer').waitFor();
    await page.locator('#charts').getByText('From the cache: 1').waitFor();
    await page.locator('#tiles').getByText('Accepted by Lean').waitFor();
    assert.equal(await page.evaluate(() => globalThis.notReloaded), true);
    assert.ok(!(await page.content()).includes(CUSTOMER), 'has the id of the customer');
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  describe('with data', () => {
    looksRight('with data', 'INVALID_SCOPE');
  });

  test('has the same content without JavaScript', async () => {
    const names = page => page.locator('h1, h2, h3, dt, thead th, #tokens th, #errors th, .verdict, figure p, figure li').allInnerTexts();
    const withScript = await open(browser);
    const without = await open(browser, { javaScriptEnabled: false });
    const withoutFigures = texts => texts.map(text => text.replaceAll(/[\d.,:–]+( m?s)?/g, '#'));
    assert.deepEqual(withoutFigures(await names(without)), withoutFigures(await names(withScript)));
    assert.ok(await without.getByText('Reload the page for the current state.').isVisible());
    assert.ok(!await without.getByRole('button').first().isVisible());
    await without.context().close();
    await withScript.context().close();
  });

  test('updates neither take the focus nor close what is open', async () => {
    const page = await open(browser);
    await isLive(page);
    await page.locator('summary').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    const focused = () => page.evaluate(() => document.activeElement.id);
    assert.equal(await focused(), 'minutes');
    await nextUpdate(page);
    await nextUpdate(page);
    assert.equal(await focused(), 'minutes');
    assert.ok(await page.locator('#minutes').isVisible());
    await page.context().close();
  });

  test('screen readers hear nothing while nothing changes', async () => {
    const page = await open(browser);
    await isLive(page);
    await page.evaluate(() => {
      globalThis.announced = [];
      for (const region of document.querySelectorAll('[role=status], [aria-live]')) {
        new MutationObserver(changes => globalThis.announced.push(...changes.map(change => change.target.outerHTML ?? change.target.data)))
          .observe(region, { subtree: true, childList: true, characterData: true });
      }
    });
    await nextUpdate(page);
    await nextUpdate(page);
    assert.deepEqual(await page.evaluate(() => globalThis.announced), []);
    await page.context().close();
  });

  test('can be paused and resumed', async () => {
    const page = await open(browser);
    await isLive(page);
    await page.getByRole('button', { name: 'Pause' }).click();
    const at = await text(page, '#at');
    await page.getByText(/^Paused at \d\d:\d\d:\d\d UTC$/).waitFor();
    assert.equal(await requestToken('nonsense again'), 400);
    const other = await open(browser);
    await isLive(other);
    await nextUpdate(other);
    assert.equal(await text(page, '#at'), at);
    await page.getByRole('button', { name: 'Resume' }).click();
    await isLive(page);
    await page.waitForFunction(before => document.getElementById('at').innerText !== before, at);
    await other.context().close();
    await page.context().close();
  });

  test('can be used by the keyboard alone', async () => {
    const page = await open(browser);
    await isLive(page);
    const order = [];
    for (let i = 0; i < 20; i++) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(() => {
        const element = document.activeElement;
        const box = element.getBoundingClientRect();
        return element === document.body ? undefined : {
          name: element.innerText,
          visible: getComputedStyle(element).outlineStyle !== 'none' && box.top >= 0 && box.bottom <= innerHeight,
        };
      });
      if (focused === undefined || order.includes(focused.name)) {
        break;
      }
      assert.ok(focused.visible, `${focused.name} is not visibly focused`);
      order.push(focused.name);
    }
    assert.deepEqual(order, ['Pause', 'Figures of each minute, as a table', 'JSON', 'YAML', 'index of the instructions for agents',
      'health', 'metrics']);
    await page.context().close();
  });

  test('fits at a zoom of 200 %, and with text of twice the size', async () => {
    const zoomed = await open(browser, { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 });
    assert.equal(await overflow(zoomed), 0);
    await zoomed.evaluate(() => document.documentElement.style.fontSize = '200%');
    assert.equal(await overflow(zoomed), 0);
    await zoomed.context().close();
  });

  test('connects again after a restart of the service', async () => {
    const page = await open(browser);
    await isLive(page);
    await stopService();
    await page.getByText(/^Connection lost at \d\d:\d\d:\d\d UTC, trying again$/).waitFor();
    stopService = await startService();
    await isLive(page);
    await page.locator('#tokens').getByText('None: the next request for a token needs Lean').waitFor();
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test('shows that Lean is down without being reloaded', async () => {
    const page = await open(browser);
    await isLive(page);
    await stopLean();
    assert.equal(await requestToken(`customer.${CUSTOMER}`), 503);
    await page.locator('#errors').getByText('LEAN_UNAVAILABLE').waitFor();
    // Whether Lean is reachable is checked every 30 s.
    await page.locator('#headline').getByText('Lean is unreachable').waitFor({ timeout: 60_000 });
    assert.match(await page.title(), /^Lean is unreachable – /);
    await page.context().close();
  });

  describe('with Lean down', () => {
    looksRight('Lean down', 'Lean is unreachable');
  });

  describe('for local clients only', () => {
    const httpCredentials = { username: 'operator', password: 'secret-of-operator-0123456789' };
    before(async () => {
      await stopService();
      stopService = await startService({
        ACCESS_ANONYMOUS: 'never',
        ACCESS_CLIENTS_OPERATOR_SECRET: httpCredentials.password,
        ACCESS_CLIENTS_OPERATOR_SCOPES: 'api',
      });
    });

    test('has links only before the login', async () => {
      const page = await open(browser);
      assert.equal(await page.locator('.verdict').count(), 0);
      await page.context().close();
    });

    test('is live after the login', async () => {
      const page = await open(browser, { httpCredentials });
      await page.goto(`${url}status`);
      assert.equal(page.url(), url);
      await isLive(page);
      await nextUpdate(page);
      await page.context().close();
    });
  });

  describe('switched off', () => {
    before(async () => {
      await stopService();
      stopService = await startService({ STATUS_PAGE: 'false' });
    });

    looksRight('off', 'Where to go');

    test('has links only', async () => {
      const page = await open(browser);
      assert.deepEqual(await page.locator('h2').allInnerTexts(), ['Where to go']);
      assert.equal(await page.locator('script').count(), 0);
      assert.equal((await fetch(`${url}status/events`)).status, 404);
      await page.context().close();
    });
  });
});

/** Waits until the server has sent a change. */
async function nextUpdate(page) {
  const at = await text(page, '#at');
  await page.waitForFunction(before => document.getElementById('at').innerText !== before, at, { timeout: 30_000 });
}
