// A server that fails, is slow or is away: each page says so, offers a way on, and comes back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser, openPage } from './browser.mjs';
import { signIn, visit } from './pages.mjs';
import { program, startServer } from './server.mjs';

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
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Try again' }).click();
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
