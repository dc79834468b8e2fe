// Segments: the condition builder by keyboard and by ear, long lists of ids, and leaving with
// something unsaved.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findings, openBrowser, openPage } from './browser.mjs';
import { signIn, visit } from './pages.mjs';
import { eventually, program, startServer } from './server.mjs';

let server;
let browser;
const skip = !program && 'gosset is not built';

before(async () => {
  [server, browser] = await Promise.all([startServer('serve'), openBrowser()]);
  await server.call('POST', '/api/v1/segments', { name: 'staff', conditions: { email: { ends_with: '@example.org' } } });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const stored = async (name) => (await server.call('GET', `/api/v1/segments/${name}`)).conditions;

test('nested conditions are built by keyboard, said in words, saved, and shown again', { skip }, async () => {
  await server.call('POST', '/api/v1/segments', { name: 'eager', conditions: { country: ['DE'] } });
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  await visit(page, '/segments/eager', 'Who uses it');
  await page.getByRole('button', { name: 'Add a group' }).focus();
  await page.keyboard.press('Enter');
  const group = page.getByRole('group', { name: 'group 2: at least one of these holds' });
  await group.waitFor();
  await eventually(() => page.evaluate(() => document.activeElement?.tagName === 'SELECT'), 5, 'the focus in the new group');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Attribute of condition 2.1');
  await page.keyboard.type('age');
  await page.keyboard.press('Tab');
  await page.keyboard.type('≥');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.type('1.05');
  await group.getByRole('button', { name: 'Add a segment' }).click();
  await page.getByLabel(/any of these segments ?, condition 2.2/).first().fill('staff');
  await page.getByRole('option', { name: 'staff' }).click();
  await page.keyboard.press('Escape');
  await group.getByRole('combobox', { name: 'What group 2 asks for' }).selectOption('none of these holds');
  await page.getByText('In words: country is one of DE and not (age ≥ 1.05 or is in staff).').waitFor();
  assert.deepEqual(await findings(page), []);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved.').waitFor();
  const want = { all: [{ country: ['DE'] }, { not: { any: [{ age: { at_least: 1.05 } }, { segment: 'staff' }] } }] };
  assert.deepEqual(await stored('eager'), want);
  await page.reload();
  await page.getByText('In words: country is one of DE and not (age ≥ 1.05 or is in staff).').waitFor();
  await page.getByRole('button', { name: 'Show as JSON' }).click();
  assert.deepEqual(JSON.parse(await page.getByLabel('As JSON').inputValue()), want);
  await page.getByRole('button', { name: 'Show as a form' }).click();
  await page.getByRole('button', { name: 'Put condition 2.1 into a group' }).click();
  await page.getByRole('group', { name: 'group 2.1: at least one of these holds' }).waitFor();
  await page.getByRole('button', { name: 'Remove condition 2.1.1' }).click();
  await page.getByText('In words: country is one of DE and not (is in staff).').waitFor();
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('as many groups as the server takes fit into the form, and no more are offered', { skip }, async () => {
  const deep = (levels) => Array.from({ length: levels }).reduce((inner) => ({ any: [inner] }), { a: 1 });
  await server.call('POST', '/api/v1/segments', { name: 'deep', conditions: deep(20) });
  await assert.rejects(server.call('POST', '/api/v1/segments', { name: 'deeper', conditions: deep(21) }), /at most 20 deep/);
  const { context, page, wrongs } = await openPage(browser, { viewport: { width: 390, height: 844 } });
  await signIn(page, server);
  await visit(page, '/segments/deep', 'Who uses it');
  await page.getByText('Groups stand at most 20 deep').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Add a group' }).count(), 19);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no scrolling sideways');
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('what the server refuses is said at its row, once', { skip }, async () => {
  await server.call('POST', '/api/v1/segments', { name: 'wrong', conditions: { all: [{ beta: true }, { any: [{ plan: 'pro' }, { email: { matches: 'a' } }] }] } });
  const { context, page } = await openPage(browser);
  await signIn(page, server);
  await visit(page, '/segments/wrong', 'Who uses it');
  await page.getByLabel('Value of condition 2.2').fill('(');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('group', { name: 'condition 2.2', exact: true }).getByRole('alert').waitFor();
  assert.equal(await page.locator('fieldset [role=alert]').count(), 1);
  assert.deepEqual(await findings(page), []);
  await page.getByLabel('Value of condition 2.2').fill('b');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved.').waitFor();
  assert.deepEqual(await stored('wrong'), { all: [{ beta: true }, { any: [{ plan: 'pro' }, { email: { matches: 'b' } }] }] });
  await context.close();
});

test('a page with something unsaved asks before it is left, once', { skip }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  await visit(page, '/segments/staff', 'Who uses it');
  await page.getByLabel('Description').fill('those who work here');
  await page.getByRole('link', { name: 'Flags', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Leave without saving your changes?' });
  await dialog.getByRole('button', { name: 'Stay here' }).click();
  await dialog.waitFor({ state: 'hidden' });
  assert.match(page.url(), /#\/segments\/staff$/);
  assert.equal(await page.getByLabel('Description').inputValue(), 'those who work here');
  await page.getByRole('link', { name: 'Flags', exact: true }).click();
  await dialog.getByRole('button', { name: 'Leave and lose them' }).click();
  await page.getByRole('heading', { name: 'Flags' }).waitFor();
  await visit(page, '/segments/staff', 'Who uses it');
  assert.equal(await page.getByLabel('Description').inputValue(), '');
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('a file of very many ids is read and sent with progress, looked into, and never drawn', { skip }, async () => {
  const total = 200_000;
  const lines = Array.from({ length: total }, (_, i) => `user-${i}-${'x'.repeat(12)}`);
  const file = join(server.folder, 'many.csv');
  writeFileSync(file, `user_id,plan\n${lines.map((line) => `${line},pro`).join('\n')}\n`);
  await server.call('POST', '/api/v1/segments', { name: 'many', conditions: {}, include: ['u-1'] });
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  await visit(page, '/segments/many', 'Who uses it');
  await page.evaluate(() => {
    window.steps = new Set();
    new MutationObserver(() => {
      const step = document.querySelector('[data-upload]')?.textContent.split(' ')[0];
      if (step) window.steps.add(step);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  await page.getByLabel('File for Always in it', { exact: true }).setInputFiles(file);
  await page.getByText(`Always in it: ${(total + 1).toLocaleString('en')} ids now, 1 before.`).waitFor({ timeout: 60_000 });
  assert.ok((await page.evaluate(() => [...window.steps])).includes('Reading'));
  const list = page.getByRole('group', { name: 'Always in it' });
  await list.getByText(`(${(total + 1).toLocaleString('en')})`).waitFor();
  await list.getByText('u-1, user-0-').waitFor();
  await list.getByLabel('Is a user in Always in it?').fill(lines[total - 1]);
  await list.getByText(`Yes, ${lines[total - 1]} is in it.`).waitFor();
  await list.getByLabel('Is a user in Always in it?').fill('nobody');
  await list.getByText('No, nobody is not in it.').waitFor();
  assert.ok((await page.evaluate(() => document.body.innerHTML.length)) < 200_000, 'the ids are not in the page');
  assert.deepEqual(await findings(page), []);

  const patches = [];
  page.on('request', (request) => request.method() === 'PATCH' && patches.push(request.postData()));
  await page.getByLabel('Description').fill('those who are many');
  await page.getByText('Save or undo what you changed first.').first().waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved.').waitFor();
  assert.deepEqual(patches.map((patch) => JSON.parse(patch)), [{ description: 'those who are many' }]);

  writeFileSync(file, `${lines.slice(10).join('\n')}\n`);
  await page.getByLabel('What to do with the file for Always in it').selectOption('take its ids out of the list');
  await page.getByLabel('File for Always in it', { exact: true }).setInputFiles(file);
  await page.getByText('11 ids now').waitFor({ timeout: 60_000 });
  const { include } = await server.call('GET', '/api/v1/segments/many');
  assert.deepEqual(include, ['u-1', ...lines.slice(0, 10)]);
  assert.deepEqual((await page.getByRole('textbox', { name: /^Always in it/ }).inputValue()).split('\n'), include);
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('a file that cannot be a list is not sent, one that is refused says why at its line, and sending can be stopped', { skip }, async () => {
  await server.call('POST', '/api/v1/segments', { name: 'picky', conditions: {} });
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  await visit(page, '/segments/picky', 'Who uses it');
  const give = (name, text) => page.getByLabel('File for Never in it', { exact: true }).setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
  await give('picture.txt', 'a\0b');
  await page.getByText('This is no text file').waitFor();
  await give('nothing.txt', ' \n\n');
  await page.getByText('The file is empty.').waitFor();
  await give('long.txt', `a\n${'x'.repeat(600)}\n`);
  await page.getByText('line 2 has an id of 600 bytes; at most 512 are taken').waitFor();
  await page.route('**/exclude**', (route) => setTimeout(() => route.continue().catch(() => undefined), 3_000));
  await give('slow.txt', 'a\nb\n');
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText('Stopped. Nothing has changed.').waitFor();
  assert.equal((await server.call('GET', '/api/v1/segments/picky')).version, 1);
  assert.deepEqual(wrongs.filter((wrong) => !/400 \(Bad Request\)/.test(wrong)), []);
  await context.close();
});
