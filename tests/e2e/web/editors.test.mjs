// Every editor when somebody else was faster, and when the login ends: who changed what is said, and what
// was typed stays.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, openBrowser, openPage } from './browser.mjs';
import { PASSWORD, logIn, makeMember, visit } from './pages.mjs';
import { program, startServer } from './server.mjs';

const skip = !program && 'gosset is not built';
const EDITOR = 'ed@example.org';
const OTHER = 'ada@example.org';
let server;
let browser;
let tab;
/** A call as the other person. */
let other;
/** What is edited: page, label of a field, path on the server, name of that field, a change by somebody else. */
let editors;

async function asMember(email) {
  const login = await fetch(`${server.url}/api/v1/session`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ email, password: PASSWORD }) });
  const headers = { Cookie: login.headers.get('set-cookie').split(';')[0], 'X-Gosset-CSRF': (await login.json()).csrf, 'Content-Type': 'application/json' };
  return async (method, path, body) => {
    const response = await fetch(`${server.url}${path}`, { method, headers, body: JSON.stringify(body) });
    assert.ok(response.ok, `${method} ${path}: ${response.status}`);
    return response.json();
  };
}

before(async () => {
  if (skip) return;
  [server, browser] = await Promise.all([startServer('serve'), openBrowser()]);
  await Promise.all([makeMember(server, EDITOR, 'admin'), makeMember(server, OTHER, 'admin')]);
  other = await asMember(OTHER);
  await server.call('POST', '/api/v1/flags', { key: 'shared', type: 'Boolean', default_value: false });
  await server.call('POST', '/api/v1/metrics', { name: 'bought', type: 'Rate', calculation: 'exists(purchase)' });
  await server.call('POST', '/api/v1/segments', { name: 'few', conditions: { plan: 'pro' } });
  const arms = { type: 'AB', variants: [{ name: 'control' }, { name: 'treatment' }], traffic_allocation: { control: 50, treatment: 50 }, success_metrics: { primary_metric: 'bought' } };
  const draft = await server.call('POST', '/api/v1/experiments', { name: 'Draft', ...arms });
  const running = await server.call('POST', '/api/v1/experiments', { name: 'Runs', status: 'Running', ...arms });
  const at = (id) => `/api/v1/experiments/${id}`;
  editors = [
    ['/flags/shared', 'Description', '/api/v1/flags/shared', 'description', { owner: 'them' }],
    ['/metrics/bought', 'Description', '/api/v1/metrics/bought', 'description', { owner: 'them' }],
    ['/segments/few', 'Description', '/api/v1/segments/few', 'description', { conditions: { plan: 'free' } }],
    [`/experiments/${draft.id}`, 'Hypothesis', at(draft.id), 'hypothesis', { owner: 'them' }],
    [`/experiments/${running.id}?tab=design`, 'Hypothesis', at(running.id), 'hypothesis', { owner: 'them' }],
  ];
  tab = await openPage(browser);
  await logIn(tab.page, server, EDITOR);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('in every editor, whoever was faster is named with what they changed, and both changes are kept', { skip }, async () => {
  const { page, wrongs } = tab;
  for (const [path, label, address, name, theirs] of editors) {
    await visit(page, path);
    await page.getByLabel(label).first().fill('typed by ed');
    await other('PATCH', address, theirs);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Somebody else saved this').waitFor();
    await dialog.getByRole('list', { name: 'Saved in the meantime' }).getByText(OTHER).waitFor();
    await dialog.getByText(Object.keys(theirs)[0], { exact: true }).waitFor();
    assert.deepEqual(await findings(page), [], path);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    assert.equal(await page.getByLabel(label).first().inputValue(), 'typed by ed', path);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await dialog.getByRole('button', { name: 'Save mine on top of theirs' }).click();
    await dialog.waitFor({ state: 'hidden' });
    const stored = await server.call('GET', address);
    assert.equal(stored[name], 'typed by ed', path);
    for (const [field, value] of Object.entries(theirs)) assert.deepEqual(stored[field], value, path);
  }
  assert.deepEqual(wrongs.splice(0).filter((wrong) => !/409/.test(wrong)), []);
});

test('in every editor, a login that ends stands on top, and what was typed is saved after it', { skip }, async () => {
  const { context, page } = tab;
  for (const [path, label, address, name] of editors) {
    await visit(page, path);
    await page.getByLabel(label).first().fill('typed before the end');
    await context.clearCookies();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Your session has ended').waitFor();
    await logIn(page, server, EDITOR);
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    assert.equal(await page.getByLabel(label).first().inputValue(), 'typed before the end', path);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).waitFor({ state: 'hidden' });
    assert.equal((await server.call('GET', address))[name], 'typed before the end', path);
  }
});

test('a form of the settings sends what was changed in it, and leaves what others changed meanwhile', { skip }, async () => {
  const { page } = tab;
  const hook = await server.call('POST', '/api/v1/webhooks', { name: 'chat', url: 'https://chat.example.org/hook', events: ['flag.*'] });
  const member = await makeMember(server, 'new@example.org', 'viewer');
  await visit(page, '/settings?tab=webhooks', 'chat');
  await page.getByRole('button', { name: /(Edit|Change) chat/ }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('talk');
  await other('PATCH', `/api/v1/webhooks/${hook.id}`, { events: ['experiment.*'] });
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByText('talk is saved.').waitFor();
  const stored = (await server.call('GET', '/api/v1/webhooks')).items.find((one) => one.id === hook.id);
  assert.deepEqual([stored.name, stored.events], ['talk', ['experiment.*']]);
  await visit(page, '/settings?tab=members', 'new@example.org');
  await page.getByRole('button', { name: /(Edit|Change) new@example.org/ }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('New');
  await other('PATCH', `/api/v1/members/${member.id}`, { role: 'editor' });
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByText('new@example.org is saved.').waitFor();
  const after = (await server.call('GET', '/api/v1/members')).items.find((one) => one.id === member.id);
  assert.deepEqual([after.name, after.role], ['New', 'editor']);
});

test('going back to a version that is out of date changes nothing, and says so', { skip }, async () => {
  const { page } = tab;
  await visit(page, '/flags/shared?tab=history', 'update');
  await page.getByRole('button', { name: 'Back to this' }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: 'Put it back' }).waitFor();
  await other('PATCH', '/api/v1/flags/shared', { owner: 'somebody new' });
  await page.getByRole('dialog').getByRole('button', { name: 'Put it back' }).click();
  await page.getByRole('dialog').getByText('Somebody else changed this in the meantime').waitFor();
  assert.equal((await server.call('GET', '/api/v1/flags/shared')).owner, 'somebody new');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
});

test('an experiment that was changed after its start was asked for is not started unseen', { skip }, async () => {
  const { page } = tab;
  const draft = await server.call('POST', '/api/v1/experiments', {
    name: 'seen', type: 'AB', variants: [{ name: 'control' }, { name: 'treatment' }], traffic_allocation: { control: 50, treatment: 50 }, success_metrics: { primary_metric: 'bought' },
  });
  await visit(page, `/experiments/${draft.id}`, 'Before it starts');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByRole('dialog').getByText('New users').waitFor();
  await other('PATCH', `/api/v1/experiments/${draft.id}`, { coverage: 5 });
  await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click();
  await page.getByRole('dialog').getByText('It was changed meanwhile').waitFor();
  assert.equal((await server.call('GET', `/api/v1/experiments/${draft.id}`)).status, 'Draft');
  await page.getByRole('dialog').getByText('5 %').first().waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click();
  await page.getByText('Running', { exact: true }).waitFor();
});
