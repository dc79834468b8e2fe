// Every page against the running demo: it opens, says nothing in the console, fits the screen, and
// has no serious accessibility finding, in light and dark, wide and narrow.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { findings, openBrowser, openPage, require, sourceDir } from './browser.mjs';
import { DIALOGS, EXPERIMENTS, PAGES, dress, signIn, visit } from './pages.mjs';
import { eventually, program, startServer } from './server.mjs';

const { runnerImport } = await import(pathToFileURL(require.resolve('vite')).href.replace(/index\.cjs$/, 'dist/node/index.js'));
let server;
let browser;
let dressed;

before(async () => {
  [server, browser] = await Promise.all([startServer('demo'), openBrowser()]);
  await eventually(async () => (await server.call('GET', '/api/v1/experiments/checkout-button/results?refresh=true')).results?.length > 0, 90, 'the first result of the demo');
  dressed = await dress(server);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

// Contrast belongs to the colours and overflow to the width, so two of the four show all; pictures are made of all.
describe('every page', { concurrency: 2 }, () => {
  for (const [colorScheme, width] of [['light', 1440], ['dark', 390]]) {
    test(`every page opens cleanly, ${colorScheme}, ${width} px`, { skip: !program && 'gosset is not built' }, async () => {
      const { context, page, wrongs } = await openPage(browser, { viewport: { width, height: 900 }, colorScheme, bypassCSP: false });
      await signIn(page, server);
      const found = [];
      const check = async (name) => {
        await page.waitForTimeout(150);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (over > 0) found.push(`${name}: ${over} px wider than the screen`);
        found.push(...(await findings(page)).map((one) => `${name}: ${one}`));
      };
      for (const [path, name, text] of [...PAGES, ...dressed]) {
        await visit(page, path, text).catch(() => found.push(`${name}: "${text}" does not appear`));
        await check(name);
      }
      for (const [path, button, name] of DIALOGS) {
        await visit(page, path);
        await page.getByRole('button', { name: button }).first().click();
        await page.getByRole('dialog').waitFor();
        await check(name);
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'hidden' });
      }
      found.push(...wrongs);
      await context.close();
      assert.deepEqual(found, []);
    });
  }
});

test('the first view is under 200 kB compressed, and every file has its type and a tag', { skip: !program && 'gosset is not built' }, async () => {
  const { context, page } = await openPage(browser);
  const files = [];
  page.on('response', (response) => {
    if (!new URL(response.url()).pathname.startsWith('/api')) files.push(response);
  });
  await signIn(page, server);
  await page.getByRole('heading', { name: 'Running experiments' }).waitFor();
  let bytes = 0;
  for (const response of files) {
    const path = new URL(response.url()).pathname;
    if (path === '/metrics') continue;
    const headers = response.headers();
    assert.ok(headers.etag, `${path} has no etag`);
    assert.match(headers['content-security-policy'] ?? '', /script-src 'self'/, path);
    if (path.startsWith('/assets/')) assert.match(headers['cache-control'], /immutable/, path);
    bytes += headers['content-encoding'] === 'gzip' ? gzipSync(await response.body(), { level: 9 }).length : (await response.body()).length;
  }
  await context.close();
  assert.ok(bytes < 200_000, `the first view takes ${bytes} bytes`);
});

test('the calculator opens without a key', { skip: !program && 'gosset is not built' }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await page.goto(`${server.url}/#/calculator`);
  await page.getByText('units per variant').waitFor();
  assert.equal(await page.getByRole('dialog').count(), 0);
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('the overview and the list advise what the results say', { skip: !program && 'gosset is not built' }, async () => {
  const format = (await runnerImport(`${sourceDir}web/src/lib/format.ts`, { configFile: false, logLevel: 'error' })).module;
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  const list = await server.call('GET', '/api/v1/experiments?limit=100');
  await page.route((url) => url.pathname === '/api/v1/experiments' && url.searchParams.get('status') === 'Running', (route) => route.fulfill({ json: { ...list, items: list.items.filter((one) => one.status === 'Running') } }));
  await visit(page, '/experiments', '10 experiments');
  await visit(page, '/', 'search-ranking');
  const rows = page.getByRole('region', { name: 'Running experiments' }).locator('tbody tr');
  for (const one of list.items.filter((item) => item.status === 'Running')) {
    // What the page had kept from before stands until the answer is there.
    const row = rows.filter({ hasText: one.name }).filter({ hasText: format.count(one.advice.units ?? 0) }).first();
    await row.waitFor({ timeout: 15000 }).catch(async () => assert.fail(`${one.name}: ${one.advice.units} units are not in "${await rows.allInnerTexts()}"`));
    const text = await row.innerText();
    const { primary } = one.advice;
    if (primary) assert.ok(text.includes(format.signedPercent(primary.lift, format.seOf(format.interval((primary.fixed ?? primary).lift_ci)))), `${one.name}: ${primary.lift} in "${text}"`);
  }
  const said = new Map(list.items.map((one) => [one.name, one.advice.kind]));
  assert.deepEqual(Object.fromEntries(said), {
    'checkout-button': 'ship', 'homepage-copy': 'inconclusive', 'search-ranking': 'unhealthy', 'shipping-step': 'roll_back', recommendations: 'running',
    'banner-bandit': 'running', 'free-returns': 'shipped', 'newsletter-popup': 'ended', 'push-opt-in': 'no_data', 'gift-wrap': 'draft',
  });
  const attention = await page.getByRole('region', { name: 'Needs attention' }).innerText();
  for (const [name, word] of [['search-ranking', 'Unhealthy'], ['shipping-step', 'Roll back'], ['checkout-button', 'Ship'], ['newsletter-popup', 'Ended']])
    assert.match(attention, new RegExp(`${word}\\s+${name}`));
  await visit(page, '/experiments?advice=ship', '1 experiment');
  assert.deepEqual(await page.locator('table.list tbody tr .strong').allInnerTexts(), ['checkout-button']);
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('targeting says at once how many recent users match', { skip: !program && 'gosset is not built' }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  await visit(page, '/experiments/gift-wrap', 'recent users match');
  await page.getByText(/100 % of [\d,]+ recent users match/).waitFor();
  await page.getByRole('combobox', { name: 'In any of these segments' }).or(page.getByLabel('In any of these segments')).first().click();
  await page.getByRole('option', { name: 'paying' }).click();
  await page.getByText(/^[34]\d\.\d % of [\d,]+ recent users match/).waitFor();
  assert.equal((await server.call('GET', '/api/v1/experiments/gift-wrap')).status, 'Draft', 'nothing is stored by asking');
  await page.getByRole('button', { name: 'Undo' }).click();
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('a metric opens to everything that is known of it', { skip: !program && 'gosset is not built' }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  await visit(page, '/experiments/free-returns', 'Exposures against the plan');
  await page.getByRole('button', { name: 'Details of purchase_rate' }).click();
  await page.getByRole('img', { name: /Change of purchase_rate in percent over time/ }).waitFor();
  await page.getByRole('tab', { name: 'Days since exposure' }).click();
  await page.getByRole('img', { name: /by day since exposure/ }).waitFor();
  await page.getByRole('tab', { name: 'For whom' }).click();
  await page.getByText(/No difference between the slices can be told|The effect is not the same for all/).waitFor();
  const phases = await page.locator('table.slices tbody tr td:first-child').allInnerTexts();
  assert.deepEqual(phases.map((text) => text.slice(0, 13)), ['phase 1, from', 'phase 2, from', 'phase 3, from'], 'the design changed, so it is read by phase first');
  await page.getByRole('combobox', { name: 'Slice by' }).click();
  await page.getByRole('option', { name: 'country', exact: true }).click();
  await page.locator('table.slices').getByText('DE', { exact: true }).waitFor();
  const slices = await server.call('GET', '/api/v1/experiments/free-returns/slices?by=country&metric=purchase_rate');
  const rows = await page.locator('table.slices tbody tr').allInnerTexts();
  assert.equal(rows.length, slices.variants[0].slices.length);
  for (const one of slices.variants[0].slices) assert.ok(rows.some((text) => text.includes(one.value) && text.includes((one.units + one.control_units).toLocaleString('en-US'))), one.value);
  await page.getByRole('tab', { name: 'Distribution' }).click();
  await page.getByRole('img', { name: /Distribution of values/ }).waitFor();
  await page.getByRole('tab', { name: 'Raw and adjusted' }).click();
  await page.getByText(/Both are intervals for one look|Nothing was adjusted/).waitFor();
  assert.deepEqual(await findings(page), []);
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('a funnel shows how far the units of each variant come', { skip: !program && 'gosset is not built' }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  const arm = (variant, bought) => ({
    variant, units: 1000,
    steps: [
      { event: 'page_view', units: 900, share: 0.9, share_ci: { lower: 0.88, upper: 0.92 }, of_first: 1, conversion: 0.9, conversion_ci: { lower: 0.88, upper: 0.92 } },
      { event: 'purchase', units: bought, share: bought / 1000, share_ci: { lower: 0.1, upper: 0.2 }, of_first: bought / 900, conversion: bought / 900, conversion_ci: { lower: bought / 900 - 0.02, upper: bought / 900 + 0.02 } },
    ],
  });
  await page.route(/\/distribution\?metric=view_to_purchase/, (route) => route.fulfill({ json: { metric: 'view_to_purchase', of: 'units', edges: [0, 1, 2], variants: [], funnel: [arm('control', 150), arm('treatment', 180)] } }));
  await visit(page, `/experiments/${EXPERIMENTS[0]}`, 'Exposures against the plan');
  await page.getByRole('button', { name: 'Details of view_to_purchase' }).click();
  await page.getByRole('tab', { name: 'Funnel' }).click();
  await page.getByText('2. purchase').waitFor();
  await page.getByRole('button', { name: '20.0 % of the step before' }).waitFor();
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('a metric is looked at together with another experiment', { skip: !program && 'gosset is not built' }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  await visit(page, `/experiments/${EXPERIMENTS[0]}`, 'Exposures against the plan');
  await page.getByRole('button', { name: 'Details of purchase_rate' }).click();
  await page.getByRole('tab', { name: 'Other experiments' }).click();
  await page.getByText(/No change of the effect by banner-bandit can be told|banner-bandit changes the effect/).first().waitFor();
  await page.getByText(/Under recipe, the effect of treatment differs by/).waitFor();
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('a metric shows what it gives before it is stored, and complains under the character', { skip: !program && 'gosset is not built' }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  await visit(page, '/metrics/revenue_per_user', 'of them have such an event');
  await page.getByRole('img', { name: /Distribution of values/ }).waitFor();
  await page.getByRole('img', { name: 'Value of revenue_per_user by day' }).waitFor();
  const shown = page.getByRole('region', { name: 'On the newest events' });
  const before = await shown.innerText();
  await page.getByLabel('Calculation').fill('count(purchase)');
  await eventually(async () => (await shown.innerText()) !== before && /^0\.\d/.test((await shown.innerText()).replace(/^[^\d]*/, '')), 15, 'the preview of the changed calculation');
  assert.deepEqual(wrongs, []);
  await page.getByLabel('Calculation').fill('count(purchase');
  await page.getByText(/character \d+/).waitFor();
  await shown.getByText('It appears once the definition can be read.').waitFor();
  assert.equal((await server.call('GET', '/api/v1/metrics/revenue_per_user')).calculation, 'sum(purchase.amount)', 'nothing is stored by looking');
  await page.getByRole('button', { name: 'Undo' }).click();
  await context.close();
});

test('a computation shows how far it is and can be cancelled', { skip: !program && 'gosset is not built' }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  const id = EXPERIMENTS[0];
  const asked = [];
  // The demo computes in milliseconds: a long one is put in its place.
  await page.route((url) => url.pathname === '/api/v1/computations', (route) => route.fulfill({
    json: { items: asked.length > 0 ? [] : [{ id: 7, experiment_id: id, experiment: 'checkout-button', state: 'running', asked_at: '2026-01-01T00:00:00Z', started_at: '2026-01-01T00:00:00Z', progress: 0.42, rows_read: 420, rows: 1000 }], next: null, total: 1 },
  }));
  await page.route((url) => url.pathname === '/api/v1/computations/7', (route) => {
    asked.push(route.request().method());
    return route.fulfill({ status: 204 });
  });
  await visit(page, `/experiments/${id}`, 'computing, 42 %');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Compute now' }).waitFor();
  assert.deepEqual(asked, ['DELETE']);
  await page.getByRole('button', { name: 'Compute now' }).click();
  await page.getByText(/computed (just now|\d s ago)/).waitFor();
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('a bandit shows what it decided and decides on request', { skip: !program && 'gosset is not built' }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  await visit(page, '/experiments/0190a000-0000-7000-8000-000000000006', 'Chance to be best');
  const log = await server.call('GET', '/api/v1/experiments/banner-bandit/bandit');
  await page.getByRole('button', { name: 'Decide now' }).click();
  await eventually(async () => (await server.call('GET', '/api/v1/experiments/banner-bandit/bandit')).decisions.length > log.decisions.length, 20, 'a decision');
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('the types of the pages are those of the API', { skip: !program && 'gosset is not built' }, async () => {
  const { typesOf } = await import(`${sourceDir}web/dev/api-types.mjs`);
  const lines = (text) => new Set(text.split('\n').map((line) => line.trim()));
  const now = lines(typesOf(await server.call('GET', '/api/openapi.json')));
  const used = readFileSync(`${sourceDir}web/src/api/schema.ts`, 'utf8');
  const gone = [...lines(used)].filter((line) => !now.has(line));
  assert.deepEqual(gone, [], 'run tools/web-types');
});

test('a slow network shows that it is loading, and then the page', { skip: !program && 'gosset is not built' }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  await page.route(/\/api\/v1\/flags/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await route.continue();
  });
  await visit(page, '/flags');
  await page.getByRole('status', { name: 'Loading' }).waitFor();
  await page.getByText('dark-mode').first().waitFor();
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('before a flag is saved the page says who would notice', { skip: !program && 'gosset is not built' }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  await visit(page, '/flags/dark-mode', 'Who gets what');
  await page.getByLabel('Rolled out to').fill('0');
  await page.getByRole('button', { name: 'Who would notice?' }).click();
  await page.getByText(/% of [\d,]+ recent users/).waitFor();
  await page.getByText('such as u-').first().waitFor();
  assert.equal((await server.call('GET', '/api/v1/flags/dark-mode')).rollout_percentage, 50, 'nothing is stored by asking');
  await page.getByRole('button', { name: 'Undo' }).click();
  assert.deepEqual(wrongs, []);
  await context.close();
});
