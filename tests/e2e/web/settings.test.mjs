// Settings: keys, members, environments, webhooks, and how the server is.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { openBrowser, openPage } from './browser.mjs';
import { PASSWORD, logIn, makeMember, signIn, visit } from './pages.mjs';
import { eventually, program, startServer } from './server.mjs';

let server;
let browser;
const skip = !program && 'gosset is not built';
const ADMIN = 'ada@example.org';

before(async () => {
  [server, browser] = await Promise.all([startServer('serve', ['--webhooks-private', '1']), openBrowser()]);
  await makeMember(server, ADMIN, 'admin');
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('an admin adds a member, gives another role and password, and deletes them', { skip }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await logIn(page, server, ADMIN);
  await visit(page, '/settings?tab=members', ADMIN);
  await page.getByRole('button', { name: 'Add a member' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('E-mail').fill('bob@example.org');
  await dialog.getByRole('textbox', { name: 'Password' }).fill('short');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await dialog.getByText('10 to 1024 bytes').waitFor();
  assert.match(wrongs.splice(0).join(), /400/);
  await dialog.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Add' }).click();
  await page.getByText('bob@example.org is saved.').waitFor();
  await page.getByRole('button', { name: 'Change bob@example.org' }).click();
  await dialog.getByLabel('Name').fill('Bob');
  await dialog.getByRole('switch', { name: 'Disabled: may not log in' }).click({ force: true });
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('row', { name: /bob@example.org.*disabled/ }).waitFor();
  const bob = await server.call('GET', '/api/v1/members/bob@example.org');
  assert.equal(bob.name, 'Bob');
  assert.equal(bob.disabled, true);
  assert.equal(await page.getByRole('button', { name: `Delete ${ADMIN}` }).count(), 0, 'nobody deletes themselves');
  await page.getByRole('button', { name: 'Delete bob@example.org' }).click();
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByText('bob@example.org is deleted.').waitFor();
  assert.equal((await server.call('GET', '/api/v1/members')).items.length, 1);
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('a key is made for the pages of one origin, shown once and revoked', { skip }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  await visit(page, '/settings', 'API keys');
  await page.getByRole('button', { name: 'New key' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('shop');
  await dialog.getByLabel('Scope').first().click();
  await page.getByRole('option', { name: /^client/ }).click();
  await dialog.getByLabel('Only from pages').fill('https://shop.example.org');
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  const key = await dialog.getByTestId('once').innerText();
  const asked = await fetch(`${server.url}/ofrep/v1/evaluate/flags`, { method: 'POST', headers: { Authorization: `Bearer ${key}`, Origin: 'https://shop.example.org' }, body: '{"context":{"targetingKey":"u"}}' });
  assert.equal(asked.status, 200);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('row', { name: /shop.*https:\/\/shop.example.org/ }).waitFor();
  await page.getByRole('button', { name: 'Revoke shop' }).click();
  await dialog.getByRole('button', { name: 'Revoke it' }).click();
  await page.getByText('shop is revoked.').waitFor();
  await page.getByRole('button', { name: 'Show 1 revoked' }).click();
  await page.getByText('revoked', { exact: true }).waitFor();
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('an environment is made, and its changes wait for approval', { skip }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  await visit(page, '/settings?tab=environments', 'you work here');
  await page.getByLabel('New environment').fill('canary');
  await page.getByRole('button', { name: 'Make it' }).click();
  await page.getByText('canary is made.').waitFor();
  await page.getByRole('switch', { name: 'Changes in canary wait for approval' }).click({ force: true });
  await page.getByText('Changes in canary wait for approval from now on.').waitFor();
  const canary = (await server.call('GET', '/api/v1/environments')).items.find((one) => one.name === 'canary');
  assert.equal(canary.requires_approval, true);
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('a webhook is made, its secret shown once, tried, changed and deleted', { skip }, async () => {
  const got = [];
  const receiver = http.createServer((request, response) => {
    got.push(request.headers['webhook-id']);
    request.resume();
    response.end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => receiver.on('listening', resolve));
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  await visit(page, '/settings?tab=webhooks', 'Nobody is told of changes');
  await page.getByRole('button', { name: 'New webhook' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('chat');
  await dialog.getByLabel('URL').fill(`http://127.0.0.1:${receiver.address().port}/`);
  await dialog.getByRole('button', { name: 'Make the webhook' }).click();
  const secret = await dialog.getByTestId('once').innerText();
  assert.match(secret, /^whsec_/);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Messages to chat' }).click();
  await dialog.getByRole('button', { name: 'Send a test message' }).click();
  await dialog.getByText('delivered').first().waitFor();
  await eventually(() => got.length > 0, 5, 'the message');
  await dialog.getByRole('button', { name: 'Message', exact: true }).first().click();
  await dialog.getByText('"specversion": "1.0"').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Change chat' }).click();
  await dialog.getByRole('switch', { name: 'Told of what happens' }).click({ force: true });
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('chat is saved.').waitFor();
  assert.equal((await server.call('GET', '/api/v1/webhooks')).items[0].enabled, false);
  await page.getByRole('button', { name: 'Change chat' }).click();
  await dialog.getByRole('switch', { name: 'Make a new secret' }).click({ force: true });
  await dialog.getByRole('button', { name: 'Save' }).click();
  assert.notEqual(await dialog.getByTestId('once').innerText(), secret);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Delete chat' }).click();
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByText('chat is deleted.').waitFor();
  assert.deepEqual(wrongs, []);
  await context.close();
  receiver.closeAllConnections();
  receiver.close();
});

test('the state of the server is that of its own report; a viewer is told what is for admins', { skip }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await makeMember(server, 'vera@example.org', 'viewer');
  await logIn(page, server, 'vera@example.org');
  await visit(page, '/settings?tab=system', 'Ready: decisions are made');
  await page.getByText(`gosset ${(await server.call('GET', '/api/openapi.json')).info.version}`).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Back up' }).count(), 0);
  await page.route('**/readyz', (route) => route.fulfill({ status: 503, json: { status: 'not ready', degraded: ['ledger: facts wait in the spool'] } }));
  await page.getByText('Not ready: no decisions can be made').waitFor();
  await page.getByText('ledger: facts wait in the spool').waitFor();
  assert.match(wrongs.splice(0).join(), /503/);
  await page.unroute('**/readyz');
  for (const [tab, words] of [['keys', 'Keys are for admins'], ['members', 'Members are for admins'], ['webhooks', 'Webhooks are for admins']]) await visit(page, `/settings?tab=${tab}`, words);
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('a backup is made, or its folder refused at the field', { skip }, async () => {
  const { context, page } = await openPage(browser);
  await signIn(page, server);
  await visit(page, '/settings?tab=system', 'Backup');
  await page.getByLabel('New folder').fill('not/absolute');
  await page.getByRole('button', { name: 'Back up' }).click();
  await page.getByText('absolute path of a new folder').waitFor();
  await page.getByLabel('New folder').fill(`${server.folder}/backup`);
  await page.getByRole('button', { name: 'Back up' }).click();
  await page.getByText('The backup is in').waitFor();
  await page.getByRole('button', { name: 'What would go?' }).click();
  await page.getByText('Nothing is past its time.').waitFor();
  await context.close();
});
