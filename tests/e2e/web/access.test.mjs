// People who log in: by password, as a viewer, past the end of a session, and two who approve.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, openBrowser, openPage } from './browser.mjs';
import { PASSWORD, logIn, makeMember, signIn, visit } from './pages.mjs';
import { eventually, program, startServer } from './server.mjs';

let server;
let browser;
const skip = !program && 'gosset is not built';
const VIEWER = 'vera@example.org';
const EDITOR = 'ed@example.org';
const ADMIN = 'ada@example.org';

before(async () => {
  [server, browser] = await Promise.all([startServer('serve'), openBrowser()]);
  await Promise.all([[VIEWER, 'viewer'], [EDITOR, 'editor'], [ADMIN, 'admin']].map(([email, role]) => makeMember(server, email, role)));
  for (const key of ['one', 'two', 'three']) await server.call('POST', '/api/v1/flags', { key, type: 'Boolean', default_value: false });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('people log in by password, stay logged in over a reload, change it and log out', { skip }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await makeMember(server, 'new@example.org', 'editor');
  await page.goto(`${server.url}/#/flags/one`);
  await page.getByLabel('E-mail').waitFor();
  assert.deepEqual(await findings(page), []);
  await page.getByLabel('E-mail').fill('new@example.org');
  await page.getByRole('textbox', { name: 'Password' }).fill('not the right one');
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await page.getByText('the e-mail or the password is wrong').waitFor();
  assert.match(wrongs.splice(0).join(), /401/, 'the browser says so, too');
  await logIn(page, server, 'new@example.org');
  await page.getByRole('heading', { name: 'one', exact: true }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'one', exact: true }).waitFor();
  await page.getByRole('button', { name: /Account: *new@example.org *editor/ }).click();
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByRole('textbox', { name: 'Current password' }).fill(PASSWORD);
  await page.getByRole('textbox', { name: 'New password' }).fill('another web test password');
  await page.getByRole('button', { name: 'Change it' }).click();
  await page.getByText('Your password is changed').waitFor();
  await page.getByLabel('Description').fill('saved by the new session');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved.').waitFor();
  assert.equal((await server.call('GET', '/api/v1/audit?kind=flag&action=update')).items[0].actor, 'new@example.org');
  await page.getByRole('button', { name: /Account: *new@example.org/ }).click();
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByLabel('E-mail').waitFor();
  await page.reload();
  await page.getByLabel('E-mail').waitFor();
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('a session that has ended is begun anew on the same page, and what was typed stays', { skip }, async () => {
  const { context, page } = await openPage(browser);
  await logIn(page, server, EDITOR);
  await visit(page, '/flags/two', 'Who gets what');
  await page.getByLabel('Description').fill('typed before it ended');
  await context.clearCookies();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Your session has ended').waitFor();
  assert.equal(await page.getByLabel('E-mail').inputValue(), EDITOR);
  await logIn(page, server, EDITOR);
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  assert.equal(await page.getByLabel('Description').inputValue(), 'typed before it ended');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved.').waitFor();
  assert.equal((await server.call('GET', '/api/v1/flags/two')).description, 'typed before it ended');
  await context.close();
});

test('a login in another tab does not stop this one', { skip }, async () => {
  const { context, page } = await openPage(browser);
  await logIn(page, server, EDITOR);
  await visit(page, '/flags/three', 'Who gets what');
  const other = await context.newPage();
  await other.goto(server.url);
  await other.evaluate((login) => fetch('api/v1/session', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(login) }), { email: EDITOR, password: PASSWORD });
  await page.getByLabel('Description').fill('with the new token');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved.').waitFor();
  await context.close();
});

test('a viewer sees everything, and why the buttons are off', { skip }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await logIn(page, server, VIEWER);
  await visit(page, '/flags/one', 'Who gets what');
  await page.getByLabel('Description').fill('not mine to change');
  const save = page.getByRole('button', { name: 'Save', exact: true });
  assert.equal(await save.getAttribute('aria-disabled'), 'true');
  assert.equal(await save.getAttribute('title'), 'You are viewer; this takes the role editor.');
  await page.getByRole('button', { name: 'Undo' }).click();
  for (const [path, button] of [['/flags/one', 'Delete'], ['/experiments', 'New experiment'], ['/flags', 'New flag'], ['/metrics', 'New metric'], ['/segments', 'New segment'], ['/settings?tab=layers', 'Make it'], ['/settings?tab=environments', 'Make it'], ['/users/ann', 'Forget this user']]) {
    await visit(page, path);
    const off = page.locator('main').getByRole('button', { name: button, exact: true }).first();
    await off.waitFor();
    assert.equal(await off.getAttribute('aria-disabled'), 'true', `${button} on ${path}`);
    assert.match(await off.getAttribute('title'), /^You are viewer; this takes the role (editor|admin)\.$/);
  }
  await visit(page, '/flags');
  assert.ok(await page.getByRole('switch', { name: 'one in production' }).isDisabled());
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('a change waits until somebody else has approved it', { skip }, async () => {
  await server.call('POST', '/api/v1/environments', { name: 'careful' });
  const key = await server.call('POST', '/api/v1/keys', { name: 'careful', scope: 'admin', environment: 'careful' });
  const there = { Authorization: `Bearer ${key.key}` };
  await server.call('POST', '/api/v1/flags', { key: 'gate', type: 'Boolean', default_value: false }, there);
  await server.call('PATCH', '/api/v1/environments/careful', { requires_approval: true });
  const author = await openPage(browser);
  const approver = await openPage(browser);
  for (const [tab, email] of [[author, EDITOR], [approver, ADMIN]]) {
    await logIn(tab.page, server, email);
    await tab.page.getByRole('combobox', { name: 'Environment' }).selectOption('careful');
    await tab.page.getByText('Changes here wait for approval.').waitFor();
  }
  await visit(author.page, '/flags/gate', 'Who gets what');
  await author.page.getByLabel('Description').fill('proposed by ed');
  await author.page.getByRole('button', { name: 'Save', exact: true }).click();
  await author.page.getByText('Your change waits for approval').first().waitFor();
  assert.equal((await server.call('GET', '/api/v1/flags/gate', undefined, there)).description, '');
  await author.page.getByRole('link', { name: 'See it' }).first().click();
  await author.page.getByRole('button', { name: 'Withdraw' }).waitFor();
  assert.equal(await author.page.getByRole('button', { name: 'Approve' }).count(), 0);

  await visit(approver.page, '/approvals');
  await approver.page.reload();
  await approver.page.getByRole('link', { name: 'Approvals 1 waiting' }).waitFor();
  await approver.page.getByRole('link', { name: 'update flag gate' }).click();
  await approver.page.getByText('proposed by ed', { exact: true }).waitFor();
  await approver.page.getByRole('button', { name: 'Approve' }).click();
  await approver.page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
  await approver.page.getByText('It is approved and live.').waitFor();
  await approver.page.getByText('approved by').first().waitFor();
  assert.equal((await server.call('GET', '/api/v1/flags/gate', undefined, there)).description, 'proposed by ed');

  await visit(author.page, '/flags/gate', 'Who gets what');
  await author.page.reload();
  await author.page.getByLabel('Description').fill('a second thought');
  await author.page.getByRole('button', { name: 'Save', exact: true }).click();
  await author.page.getByRole('link', { name: 'See it' }).first().click();
  await author.page.getByRole('button', { name: 'Withdraw' }).click();
  await author.page.getByRole('textbox', { name: 'Reason' }).fill('not yet');
  await author.page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
  await author.page.getByText('It is withdrawn.').waitFor();

  const switched = author.page.getByRole('switch', { name: 'gate enabled' });
  await visit(author.page, '/flags/gate', 'Who gets what');
  await switched.click({ force: true });
  await author.page.getByRole('dialog').getByRole('button', { name: 'Ask for approval' }).click();
  await author.page.getByText('Your change waits for approval').first().waitFor();
  assert.equal(await switched.isChecked(), false, 'it shows what holds');
  await server.call('PATCH', '/api/v1/flags/gate', { owner: 'somebody' }, { ...there, 'X-Gosset-Bypass': 'it burns' });
  await visit(approver.page, '/approvals');
  await approver.page.reload();
  await approver.page.getByRole('link', { name: 'update flag gate' }).click();
  await approver.page.getByRole('button', { name: 'Approve' }).click();
  await approver.page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
  await approver.page.getByText('What it is based on has changed meanwhile').waitFor();
  assert.match(approver.wrongs.splice(0).join(), /409/);
  assert.deepEqual([...author.wrongs, ...approver.wrongs], []);
  await author.context.close();
  await approver.context.close();
});

test('a key of scope server may look, and nothing else', { skip }, async () => {
  const made = await server.call('POST', '/api/v1/keys', { name: 'shop', scope: 'server' });
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, { ...server, key: made.key });
  await page.getByRole('button', { name: /Account: *shop *server/ }).waitFor();
  await visit(page, '/flags/one', 'Who gets what');
  await page.getByLabel('Description').fill('by a program');
  await eventually(async () => (await page.getByRole('button', { name: 'Save', exact: true }).getAttribute('aria-disabled')) === 'true', 5, 'the button to be off');
  assert.deepEqual(wrongs, []);
  await context.close();
});
