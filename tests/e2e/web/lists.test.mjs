// Ten thousand of each kind: lists stay quick because the server pages them, pickers find what is typed,
// and nothing on a page ends at the first so many.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser, openPage } from './browser.mjs';
import { signIn, visit } from './pages.mjs';
import { eventually, program, startServer } from './server.mjs';

const COUNT = Number(process.env.GOSSET_LIST_COUNT ?? 10_000);
/** A number near the end of the lists, as names have it. */
const late = (back) => String(COUNT - back).padStart(5, '0');
const skip = !program && 'gosset is not built';
let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([startServer('serve'), openBrowser()]);
  const names = Array.from({ length: COUNT }, (_, i) => String(i).padStart(5, '0'));
  await server.call('POST', '/api/v1/import', {
    metrics: [{ name: 'bought', type: 'Rate', calculation: 'exists(purchase)' }, ...names.map((n) => ({ name: `metric_${n}`, type: 'Rate', calculation: `exists(event_${n})` }))],
    layers: names.map((n) => ({ name: `layer-${n}`, unit: 'user_id' })),
    segments: names.map((n) => ({ name: `segment-${n}`, conditions: { country: n } })),
  });
  await server.call('POST', '/api/v1/import', {
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

for (const [path, word, needle] of [['/experiments', 'experiments', `experiment ${late(70)}`], ['/flags', 'flags', `flag-${late(70)}`]]) {
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

test(`pickers find among ${COUNT} metrics, segments and layers what is typed, and keep what is chosen`, { skip }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  const choose = async (label, typed) => {
    const field = page.getByRole('textbox', { name: label }).or(page.getByRole('combobox', { name: label })).first();
    await field.click();
    await page.getByRole('option', { name: /^[\d,]+ more: type/ }).first().waitFor();
    await field.fill(typed);
    await page.getByRole('option', { name: typed, exact: true }).click();
    await page.keyboard.press('Escape');
  };
  await visit(page, `/experiments/experiment%20${late(1000)}?tab=design`, 'What decides');
  await choose('Primary metric', `metric_${late(8)}`);
  await choose('Secondary metrics', `metric_${late(7)}`);
  await choose('In any of these segments', `segment-${late(6)}`);
  await choose('Layers', `layer-${late(5)}`);
  await page.getByText(`layer-${late(5)}: 100 % free`).waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  const saved = await eventually(async () => {
    const got = await server.call('GET', `/api/v1/experiments/experiment%20${late(1000)}`);
    return got.version > 1 && got;
  }, 30, 'saving');
  assert.equal(saved.success_metrics.primary_metric, `metric_${late(8)}`);
  assert.deepEqual([saved.success_metrics.secondary_metrics, saved.targeting_rules.include_segments, [saved.layer].flat()], [[`metric_${late(7)}`], [`segment-${late(6)}`], [`layer-${late(5)}`]]);
  await visit(page, '/experiments', 'experiments');
  await visit(page, `/experiments/experiment%20${late(1000)}?tab=design`, 'What decides');
  assert.equal(await page.getByRole('textbox', { name: 'Primary metric' }).or(page.getByRole('combobox', { name: 'Primary metric' })).first().inputValue(), `metric_${late(8)}`);
  await page.getByText(`segment-${late(6)}`, { exact: true }).first().waitFor();
  assert.deepEqual(wrongs, []);
  await context.close();
});

test(`${COUNT} layers grow by a page, are searched, and say who is in them`, { skip }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  await visit(page, '/settings?tab=layers', `20 of ${COUNT.toLocaleString('en-US')} layers`);
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByText(`40 of ${COUNT.toLocaleString('en-US')} layers`).waitFor();
  await page.getByRole('searchbox', { name: 'Search layers' }).fill(`layer-${late(5)}`);
  await page.getByRole('link', { name: `experiment ${late(1000)}, 100 %` }).waitFor();
  assert.equal(await page.getByRole('button', { name: /^Delete layer/ }).count(), 1);
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('the experiments of a user have their names, wherever they stand in the list', { skip }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await server.call('PATCH', `/api/v1/experiments/experiment%20${late(1)}`, { status: 'Running' });
  await server.call('POST', '/api/v1/assignments', { experiment_id: (await server.call('GET', `/api/v1/experiments/experiment%20${late(1)}`)).id, user_id: 'late-user' });
  await signIn(page, server);
  await visit(page, '/users/late-user', `experiment ${late(1)}`);
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('on a phone a line of tabs goes to the chosen one, and says at which end there is more', { skip }, async () => {
  const { context, page, wrongs } = await openPage(browser, { viewport: { width: 390, height: 900 } });
  await signIn(page, server);
  for (const [path, text, more, last] of [['/calculator', 'units per variant', 'after', false], ['/calculator?tab=split', 'The split', 'before', true], ['/settings?tab=system', 'Ready', 'before', true]]) {
    await visit(page, path, text);
    await eventually(async () => (await page.getByRole('tablist').getAttribute('data-more')) === more, 10, `${path}: more ${more}`);
    const [tab, strip] = [await page.getByRole('tab', { selected: true }).boundingBox(), await page.getByRole('tablist').boundingBox()];
    assert.ok(tab.x >= strip.x - 1 && tab.x + tab.width <= strip.x + strip.width + 1, `${path}: the chosen tab is seen`);
    if (last) assert.ok(await page.getByRole('tablist').evaluate((one) => one.scrollLeft > 0));
  }
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'the page itself does not');
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('a key that no flag has is told from the nearest of all flags', { skip }, async () => {
  await server.call('POST', `/ofrep/v1/evaluate/flags/flag_${late(124)}`, { context: { targetingKey: 'u' } }).catch(() => undefined);
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  await visit(page, '/clean-up?tab=unknown', `Did somebody mean flag-${late(124)}`);
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('the history of a flag goes back to its first version', { skip }, async (t) => {
  const small = await startServer('serve');
  t.after(() => small.stop());
  await small.call('POST', '/api/v1/flags', { key: 'busy', type: 'Boolean', default_value: false });
  for (let i = 1; i <= 520; i++) await small.call('PATCH', '/api/v1/flags/busy', { description: `change ${i}` });
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, small);
  await visit(page, '/flags/busy?tab=history', '50 of 521 changes');
  for (let shown = 100; shown <= 500; shown += 50) {
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByText(`${shown} of 521 changes`).waitFor();
  }
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByText('create', { exact: true }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Show more' }).count(), 0);
  assert.equal(await page.getByRole('button', { name: 'Back to this' }).count(), 520);
  await page.getByRole('button', { name: 'Back to this' }).last().click();
  await page.getByRole('dialog').getByRole('button', { name: 'Put it back' }).click();
  await eventually(async () => !(await small.call('GET', '/api/v1/flags/busy')).description, 10, 'going back to version 1');
  assert.deepEqual(wrongs, []);
  await context.close();
});
