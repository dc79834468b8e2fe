// Ten thousand experiments and ten thousand flags: lists stay quick because the server pages them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser, openPage } from './browser.mjs';
import { signIn, visit } from './pages.mjs';
import { eventually, program, startServer } from './server.mjs';

const COUNT = Number(process.env.GOSSET_LIST_COUNT ?? 10_000);
const skip = !program && 'gosset is not built';
let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([startServer('serve'), openBrowser()]);
  const names = Array.from({ length: COUNT }, (_, i) => String(i).padStart(5, '0'));
  await server.call('POST', '/api/v1/import', {
    metrics: [{ name: 'bought', type: 'Rate', calculation: 'exists(purchase)' }],
    flags: names.map((n) => ({ key: `flag-${n}`, type: 'Boolean', default_value: false, enabled: true, rollout_percentage: 10 })),
    experiments: names.map((n) => ({
      name: `experiment ${n}`, type: 'AB', variants: [{ name: 'control' }, { name: 'treatment' }], traffic_allocation: { control: 50, treatment: 50 }, success_metrics: { primary_metric: 'bought' },
    })),
  });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const [path, word, needle] of [['/experiments', 'experiments', 'experiment 07531'], ['/flags', 'flags', 'flag-07531']]) {
  test(`${COUNT} ${word} are paged and searched`, { skip }, async () => {
    const { context, page, wrongs } = await openPage(browser);
    await signIn(page, server);
    await visit(page, path, `${COUNT.toLocaleString('en-US')} ${word}`);
    assert.ok((await page.locator('table.list tbody tr').count()) <= 50);
    const top = () => page.locator('table.list tbody tr td').first().innerText();
    const first = await top();
    await page.getByRole('button', { name: 'Next' }).click();
    await eventually(async () => (await top()) !== first, 10, 'the next page');
    await page.getByRole('button', { name: 'Previous' }).click();
    await eventually(async () => (await top()) === first, 10, 'the page before');
    await page.getByRole('searchbox').fill(needle);
    await page.getByText(`1 ${word.slice(0, -1)}`, { exact: true }).waitFor();
    assert.match(await page.evaluate(() => location.hash), /q=/);
    assert.deepEqual(wrongs, []);
    await context.close();
  });
}

test(`${COUNT} experiments are filtered by their advice, in the address`, { skip }, async () => {
  await server.call('PATCH', '/api/v1/experiments/experiment%2000042', { status: 'Running', tags: ['rare'], owner: 'ann' });
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  const begun = Date.now();
  await server.call('GET', '/api/v1/experiments?advice=ship,roll_back&limit=50');
  assert.ok(Date.now() - begun < 2000, 'filtering by advice reads no results');
  await visit(page, '/experiments?advice=no_data', '1 experiment');
  assert.match(await page.locator('table.list tbody tr').first().innerText(), /experiment 00042[^]*No data/);
  await page.getByRole('button', { name: 'rare' }).click();
  assert.match(await page.evaluate(() => location.hash), /advice=no_data.*tag=rare/);
  await visit(page, '/experiments?advice=ship', 'No experiment matches');
  await page.getByRole('button', { name: 'Show all' }).click();
  await page.getByText(`${COUNT.toLocaleString('en-US')} experiments`).waitFor();
  assert.deepEqual(wrongs, []);
  await context.close();
});
