// The list of flags: switches in every environment, who may use them, filters of the server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, openBrowser, openPage } from './browser.mjs';
import { logIn, makeMember, signIn, visit } from './pages.mjs';
import { eventually, program, startServer } from './server.mjs';

const skip = !program && 'gosset is not built';
const old = '2026-01-01T00:00:00Z';
let server;
let browser;

const flag = (key, more = {}) => ({ key, type: 'Boolean', default_value: false, enabled: true, ...more });

/** A call in another environment than production, by its own key. */
async function inEnvironment(name) {
  const { key } = await server.call('POST', '/api/v1/keys', { name, scope: 'admin', environment: name });
  return (method, path, body) => server.call(method, path, body, { Authorization: `Bearer ${key}` });
}

let staging;
let development;
before(async () => {
  [server, browser] = await Promise.all([startServer('serve'), openBrowser()]);
  for (const role of ['viewer', 'editor']) await makeMember(server, `${role}@x.org`, role);
  await server.call('POST', '/api/v1/import', {
    flags: [
      flag('everywhere', { owner: 'ann', tags: ['web'] }), flag('only-here', { owner: 'bob', tags: ['web', 'rare'] }),
      flag('forgotten', { created_at: old }), flag('expired', { metadata: { expires: '2026-02-01' } }), flag('text', { type: 'String', default_value: 'a', enabled: false }),
    ],
  });
  [staging, development] = [await inEnvironment('staging'), await inEnvironment('development')];
  await staging('POST', '/api/v1/flags', flag('everywhere', { enabled: false }));
  await development('POST', '/api/v1/flags', flag('everywhere'));
  await server.call('PATCH', '/api/v1/environments/staging', { requires_approval: true });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const switchOf = (page, key, environment) => page.getByRole('switch', { name: `${key} in ${environment}`, exact: true });
const keys = (page) => page.locator('table.list tbody tr td:first-child a').allInnerTexts();

test('a flag is switched in each environment, after a question where many notice', { skip }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await logIn(page, server, 'editor@x.org');
  await visit(page, '/flags', 'everywhere');
  await switchOf(page, 'everywhere', 'development').waitFor();
  assert.equal(await switchOf(page, 'everywhere', 'staging').isChecked(), false);
  assert.equal(await switchOf(page, 'only-here', 'staging').count(), 0, 'it is not there');
  assert.match(await page.locator('table.list thead').innerText(), /production · here\s+staging\s+development/);
  assert.deepEqual(await findings(page), []);

  await switchOf(page, 'everywhere', 'development').click({ force: true });
  await page.getByText('everywhere is off in development.').waitFor();
  assert.equal((await development('GET', '/api/v1/flags/everywhere')).enabled, false);

  await switchOf(page, 'everywhere', 'production').click({ force: true });
  await page.getByRole('dialog').getByText('all real users get the default').waitFor();
  assert.deepEqual(await findings(page), []);
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  assert.equal(await switchOf(page, 'everywhere', 'production').isChecked(), true);
  await switchOf(page, 'everywhere', 'production').click({ force: true });
  await page.getByRole('dialog').getByRole('button', { name: 'Turn it off' }).click();
  await page.getByText('everywhere is off in production.').waitFor();
  assert.equal((await server.call('GET', '/api/v1/flags/everywhere')).enabled, false);

  await switchOf(page, 'everywhere', 'staging').click({ force: true });
  await page.getByRole('dialog').getByText('wait until somebody else approves').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Ask for approval' }).click();
  await page.getByRole('link', { name: 'waits for approval' }).waitFor();
  assert.equal(await switchOf(page, 'everywhere', 'staging').isChecked(), false, 'it shows what holds');
  assert.equal((await staging('GET', '/api/v1/flags/everywhere')).enabled, false);
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('a switch goes back when the server refuses, and says why', { skip }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await logIn(page, server, 'editor@x.org');
  await visit(page, '/flags', 'everywhere');
  const target = switchOf(page, 'everywhere', 'development');
  await target.waitFor();
  const was = await target.isChecked();
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route('**/api/v1/flags/everywhere', async (route) => {
    await held;
    await route.fulfill({ status: 503, contentType: 'application/json', body: JSON.stringify({ code: 'STORE_FAILED', message: 'the disk is full', pointer: '' }) });
  });
  await target.click({ force: true });
  await eventually(async () => (await target.isChecked()) === !was, 5, 'the switch at once');
  release();
  await page.getByText('the disk is full').waitFor();
  assert.equal(await target.isChecked(), was);
  await page.unroute('**/api/v1/flags/everywhere');
  // Somebody else was quicker: the list shows what holds, and nothing of theirs is overwritten.
  await page.route('**/api/v1/flags?*', (route) => route.abort());
  await development('PATCH', '/api/v1/flags/everywhere', { description: 'theirs' });
  await page.unroute('**/api/v1/flags?*');
  await target.click({ force: true });
  await page.getByText('Somebody else changed it just now.').waitFor();
  assert.equal((await development('GET', '/api/v1/flags/everywhere')).enabled, was);
  assert.match(wrongs.splice(0).join(), /503[^]*409/);
  await context.close();
});

test('who may not switch sees why: a viewer, and a key elsewhere', { skip }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await logIn(page, server, 'viewer@x.org');
  await visit(page, '/flags', 'everywhere');
  assert.equal(await switchOf(page, 'everywhere', 'production').isDisabled(), true);
  await context.close();
  const keyed = await openPage(browser);
  await signIn(keyed.page, server);
  await visit(keyed.page, '/flags', 'everywhere');
  assert.equal(await switchOf(keyed.page, 'everywhere', 'production').isEnabled(), true);
  assert.equal(await switchOf(keyed.page, 'everywhere', 'development').isDisabled(), true);
  assert.match(await switchOf(keyed.page, 'everywhere', 'development').getAttribute('title'), /A key works in its own environment, production/);
  assert.deepEqual([...wrongs, ...keyed.wrongs], []);
  await keyed.context.close();
});

test('the page of a flag shows its use and switches it elsewhere', { skip }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await logIn(page, server, 'editor@x.org');
  await visit(page, '/flags/everywhere', 'Who gets what');
  const target = switchOf(page, 'everywhere', 'development');
  await target.waitFor();
  const was = await target.isChecked();
  await target.click({ force: true });
  await page.getByText(`everywhere is ${was ? 'off' : 'on'} in development.`).waitFor();
  assert.equal((await development('GET', '/api/v1/flags/everywhere')).enabled, !was);
  await visit(page, '/flags/expired', 'Expired');
  assert.deepEqual(await findings(page), []);
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('flags are filtered by use, owner, tag, type and state, in the address, by the server', { skip }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  await visit(page, '/flags?stale=true', '2 flags');
  assert.deepEqual(await keys(page), ['expired', 'forgotten']);
  await page.getByRole('button', { name: 'Not evaluated' }).waitFor();
  await page.getByRole('textbox', { name: 'Use' }).or(page.getByRole('combobox', { name: 'Use' })).first().click();
  await page.getByRole('option', { name: 'Expired' }).click();
  await page.getByText('1 flag', { exact: true }).waitFor();
  assert.match(await page.evaluate(() => location.hash), /stale=expired/);
  await visit(page, '/flags?type=String&status=disabled', '1 flag');
  // What was listed before stands until the answer is there.
  await eventually(async () => (await keys(page)).join() === 'text', 10, 'the flag that matches');
  await visit(page, '/flags', '5 flags');
  await page.getByRole('button', { name: 'web' }).first().click();
  await page.getByText('2 flags').waitFor();
  await page.getByRole('button', { name: 'ann' }).click();
  await page.getByText('1 flag', { exact: true }).waitFor();
  assert.match(await page.evaluate(() => location.hash), /tag=web&owner=ann/);
  await visit(page, '/flags?tag=nothing', 'No flag matches');
  await page.getByRole('button', { name: 'Show all' }).click();
  await page.getByText('5 flags').waitFor();
  const tag = page.getByRole('textbox', { name: 'Tag' }).or(page.getByRole('combobox', { name: 'Tag' })).first();
  await tag.fill('rare');
  await page.getByRole('option', { name: 'rare' }).click();
  await page.getByText('1 flag', { exact: true }).waitFor();
  await eventually(async () => (await keys(page)).join() === 'only-here', 10, 'the flag with the tag');
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('with more than four environments the switches stand behind one button', { skip }, async () => {
  for (const name of ['preview', 'load-test']) await server.call('POST', '/api/v1/environments', { name });
  for (const [width, colorScheme] of [[1440, 'light'], [390, 'dark']]) {
    const { context, page, wrongs } = await openPage(browser, { colorScheme });
    await logIn(page, server, 'editor@x.org');
    await page.setViewportSize({ width, height: 900 });
    await visit(page, '/flags', 'everywhere');
    await page.getByRole('button', { name: /everywhere: on in \d of 3 environments/ }).click();
    await switchOf(page, 'everywhere', 'development').click({ force: true });
    await page.getByText(/everywhere is (on|off) in development\./).waitFor();
    await page.keyboard.press('Escape');
    await switchOf(page, 'everywhere', 'development').waitFor({ state: 'hidden' });
    assert.deepEqual(await findings(page), []);
    assert.deepEqual(wrongs, []);
    await context.close();
  }
});
