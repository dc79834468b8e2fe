// Every page against the running demo: it opens, says nothing in the console, fits the screen, and
// has no serious accessibility finding, in light and dark, wide and narrow.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openBrowser, openPage, require } from './browser.mjs';
import { PAGES, signIn, visit } from './pages.mjs';
import { eventually, program, startServer } from './server.mjs';

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([startServer('demo'), openBrowser()]);
  await eventually(async () => (await server.call('GET', '/api/v1/experiments/checkout-button/results?refresh=true')).results?.length > 0, 90, 'the first result of the demo');
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Serious findings of axe on what is shown now. */
async function findings(page) {
  await page.evaluate(axe);
  const report = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }));
  return report.violations
    .filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} [${node.any[0]?.message ?? ''}]`).join(' | ')}`);
}

for (const [colorScheme, width] of [['light', 1440], ['dark', 1440], ['light', 390], ['dark', 390]]) {
  test(`every page opens cleanly, ${colorScheme}, ${width} px`, { skip: !program && 'gosset is not built' }, async () => {
    const { context, page, wrongs } = await openPage(browser, { viewport: { width, height: 900 }, colorScheme, bypassCSP: false });
    await signIn(page, server);
    const found = [];
    for (const [path, name, text] of PAGES) {
      await visit(page, path, text).catch(() => found.push(`${name}: "${text}" does not appear`));
      await page.waitForTimeout(150);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (over > 0) found.push(`${name}: ${over} px wider than the screen`);
      found.push(...(await findings(page)).map((one) => `${name}: ${one}`));
    }
    found.push(...wrongs);
    await context.close();
    assert.deepEqual(found, []);
  });
}

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

test('numbers on the page are those of the API', { skip: !program && 'gosset is not built' }, async () => {
  const { context, page } = await openPage(browser);
  await signIn(page, server);
  const seen = page.waitForResponse((response) => /\/results$/.test(new URL(response.url()).pathname) && response.url().includes('0190a000-0000-7000-8000-000000000001'));
  await visit(page, '/experiments/0190a000-0000-7000-8000-000000000001');
  const body = await (await seen).json();
  const row = body.results.find((one) => one.variant === 'treatment' && one.metric_name === 'purchase_rate');
  await page.locator('table.metrics').waitFor();
  await eventually(async () => {
    const text = (await page.locator('table.metrics tr.entry').first().innerText()).replaceAll('−', '-');
    const shown = /([+-]?[\d.,]+) %\s*[✓✗]?\s*\n/.exec(text.split('\n').slice(-4).join('\n') + '\n');
    const percents = [...text.matchAll(/([+-]?[\d.,]+) %/g)].map((found) => Number(found[1].replaceAll(',', '')));
    return shown !== undefined && percents.some((one) => Math.abs(one - 100 * row.mean_value) < 0.5);
  }, 10, 'the mean of the API on the page');
  await context.close();
});
