// A server that fails, is slow or is away: each page says so, offers a way on, and comes back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, openBrowser, openPage } from './browser.mjs';
import { PAGES, signIn, visit } from './pages.mjs';
import { eventually, program, startServer } from './server.mjs';

const skip = !program && 'gosset is not built';
const PATHS = ['/', '/experiments', '/flags', '/flags/there', '/clean-up', '/clean-up?tab=unknown', '/metrics', '/segments', '/events', '/events?tab=schema', '/users/ann', '/approvals', '/approvals/none', '/audit',
  '/settings', '/settings?tab=members', '/settings?tab=environments', '/settings?tab=webhooks', '/settings?tab=layers'];
let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([startServer('serve'), openBrowser()]);
  await server.call('POST', '/api/v1/flags', { key: 'there', type: 'Boolean', default_value: false });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Loads the page anew with every answer of the API replaced, save who one is. */
async function failing(page, answer) {
  await page.route((url) => url.pathname.startsWith('/api/v1/') && !url.pathname.endsWith('/whoami'), answer);
}

test('every page says that the server fails, without breaking', { skip }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  await failing(page, (route) => route.fulfill({ status: 500, contentType: 'text/html', body: '<h1>Bad gateway</h1>' }));
  await page.reload();
  const silent = [];
  for (const path of PATHS) {
    await visit(page, path);
    await page.locator('main').getByRole('alert').first().waitFor({ timeout: 5_000 }).catch(() => silent.push(path));
    if ((await page.getByText('This page broke').count()) > 0) silent.push(`${path} breaks`);
  }
  assert.deepEqual(silent, []);
  assert.deepEqual(wrongs.filter((wrong) => wrong.startsWith('exception')), []);
  await visit(page, '/metrics');
  await page.getByRole('button', { name: 'Try again' }).last().waitFor();
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Try again' }).last().click();
  await page.getByText('No metrics yet').waitFor();
  await context.close();
});

test('every page shows that it is loading while the server is slow', { skip }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  await failing(page, () => undefined);
  await page.reload();
  const silent = [];
  for (const path of PATHS) {
    await visit(page, path);
    await page.locator('main').getByRole('status', { name: 'Loading' }).first().waitFor({ timeout: 5_000 }).catch(() => silent.push(path));
  }
  assert.deepEqual(silent, []);
  assert.deepEqual(wrongs, []);
  await context.close();
});

const EMPTY = [...new Set([...PAGES.map(([path]) => path), '/no/such/page'])].filter((path) => !/^\/(experiments|flags)\/[^/]*-.*tab=/.test(path));

test('every page of an empty server says what is not there, and is accessible', { skip }, async () => {
  const empty = await startServer('serve');
  const { context, page, wrongs } = await openPage(browser, { viewport: { width: 390, height: 900 } });
  await signIn(page, empty);
  const found = [];
  for (const path of EMPTY) {
    await visit(page, path);
    await page.locator('main h1, main .empty').first().waitFor();
    await page.waitForFunction(() => !document.querySelector('main [aria-busy=true]'), undefined, { timeout: 5_000 }).catch(() => found.push(`${path} goes on loading`));
    const { over, text } = await page.evaluate(() => ({ over: document.documentElement.scrollWidth - window.innerWidth, text: document.querySelector('main').innerText }));
    if (over > 0) found.push(`${path}: ${over} px wider than the screen`);
    if (/NaN|undefined|Infinity|This page broke/.test(text)) found.push(`${path}: ${text.slice(0, 200)}`);
    found.push(...(await findings(page)).map((one) => `${path}: ${one}`));
  }
  found.push(...wrongs.filter((wrong) => !/404 \(Not Found\)/.test(wrong)));
  await context.close();
  await empty.stop();
  assert.deepEqual(found, []);
});

test('a part that fails is said on every page, with a way to try again, while the rest stays', { skip }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await server.call('POST', '/api/v1/metrics', { name: 'bought', type: 'Rate', calculation: 'exists(purchase)' });
  await server.call('POST', '/api/v1/segments', { name: 'few', conditions: {} });
  const draft = await server.call('POST', '/api/v1/experiments', { name: 'Half', type: 'AB', variants: [{ name: 'a' }, { name: 'b' }], traffic_allocation: { a: 50, b: 50 }, success_metrics: { primary_metric: 'bought' } });
  await signIn(page, server);
  // What a page is of answers, and nothing else does.
  const own = /\/(whoami|flags\/there|metrics\/bought|segments\/few|experiments\/[0-9a-f-]{36})$/;
  await page.route((url) => url.pathname.startsWith('/api/v1/') && !own.test(url.pathname), (route) => route.fulfill({ status: 500, json: { code: 'INTERNAL', message: 'the disk is full', pointer: '' } }));
  await page.reload();
  const found = [];
  for (const path of ['/flags/there', '/flags/there?tab=test', '/flags/there?tab=overrides', '/flags/there?tab=history', '/metrics/bought', '/segments/few', `/experiments/${draft.id}`, `/experiments/${draft.id}?tab=history`, '/experiments/new', '/users/ann', '/promote', '/calculator', ...PATHS]) {
    await visit(page, path);
    await page.locator('main').getByText('the disk is full').first().waitFor({ timeout: 5_000 }).catch(() => found.push(`${path} is silent`));
    await page.getByRole('button', { name: 'Try again' }).first().waitFor({ timeout: 2_000 }).catch(() => found.push(`${path} offers no way on`));
    if ((await page.getByText('This page broke').count()) > 0) found.push(`${path} breaks`);
  }
  found.push(...(await findings(page)), ...wrongs.filter((wrong) => !/500 \(Internal/.test(wrong)));
  assert.deepEqual(found, []);
  await visit(page, '/flags/there', 'Who gets what');
  await page.unrouteAll();
  await eventually(async () => {
    const again = page.getByRole('button', { name: 'Try again' });
    if ((await again.count()) > 0) await again.first().click({ timeout: 1_000 });
    return (await page.getByText('the disk is full').count()) === 0;
  }, 10, 'the page to be whole again');
  await context.close();
});

test('what is no answer of gosset is said in words on every page', { skip }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  await failing(page, (route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<h1>Welcome to the hotel</h1>' }));
  await page.reload();
  const silent = [];
  for (const path of PATHS) {
    await visit(page, path);
    await page.locator('main').getByText('What answered is not gosset').first().waitFor({ timeout: 5_000 }).catch(() => silent.push(path));
  }
  assert.deepEqual(silent, []);
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('what may not be seen is said in words', { skip }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  await failing(page, (route) => route.fulfill({ status: 403, json: { code: 'FORBIDDEN', message: 'this takes the role admin', pointer: '' } }));
  await page.reload();
  const silent = [];
  for (const path of PATHS) {
    await visit(page, path);
    await page.locator('main').getByText('You may not do that').first().waitFor({ timeout: 5_000 }).catch(() => silent.push(path));
  }
  assert.deepEqual(silent, []);
  assert.deepEqual(wrongs.filter((wrong) => !/403/.test(wrong)), []);
  await context.close();
});
