// The page of one flag: warnings with the way to their place, the order of rules, deleting.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findings, openBrowser, openPage } from './browser.mjs';
import { signIn, visit } from './pages.mjs';
import { eventually, program, startServer } from './server.mjs';

const skip = !program && 'gosset is not built';
let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([startServer('serve'), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const rule = (name, more = {}) => ({ name, value: true, ...more });
const makeFlag = (key, more = {}) => server.call('POST', '/api/v1/flags', { key, type: 'Boolean', default_value: false, enabled: true, ...more });

/** Opens a page signed in, runs, and finds nothing wrong with it. */
async function onPage(options, run) {
  const { context, page, wrongs } = await openPage(browser, options);
  await signIn(page, server);
  await run(page);
  assert.deepEqual(await findings(page), []);
  assert.deepEqual(wrongs, []);
  await context.close();
}

test('a flag, a segment and an experiment show what is probably not meant, with the way to it', { skip }, async () => {
  await makeFlag('doubtful', { rules: [rule('first'), rule('never', { conditions: { age: { at_least: 20, less_than: 18 } } })] });
  await server.call('POST', '/api/v1/segments', { name: 'nobody', conditions: { age: { at_least: 20, less_than: 18 } } });
  await onPage({}, async (page) => {
    await visit(page, '/flags/doubtful', 'probably not meant');
    await page.getByRole('list', { name: 'Warnings' }).getByRole('link', { name: 'Show rule 2', exact: true }).first().click();
    await page.getByLabel('Name', { exact: true }).first().waitFor();
    assert.equal(await page.locator('#rule-2 [aria-expanded]').first().getAttribute('aria-expanded'), 'true');
    await visit(page, '/segments/nobody', 'probably not meant');
  });
});

for (const [name, options] of [['the mouse', {}], ['a finger', { viewport: { width: 390, height: 900 }, hasTouch: true }]]) {
  test(`rules are put into another order with ${name}, and with buttons`, { skip }, async () => {
    const key = `ordered-${options.hasTouch ? 'touch' : 'mouse'}`;
    await makeFlag(key, { rules: ['a', 'b', 'c', 'd'].map((one) => rule(one)) });
    await onPage(options, async (page) => {
      const names = () => page.locator('.rule [aria-expanded]').evaluateAll((all) => all.map((one) => one.textContent[0]).join(''));
      await visit(page, `/flags/${key}`, 'Rules, in order');
      await page.locator('#rule-1 .grip').scrollIntoViewIfNeeded();
      const [from, to] = [await page.locator('#rule-1 .grip').boundingBox(), await page.locator('#rule-3').boundingBox()];
      const x = from.x + from.width / 2;
      const steps = [from.y + from.height / 2, to.y, to.y + to.height * 0.8];
      if (options.hasTouch) {
        const session = await page.context().newCDPSession(page);
        const touch = (type, y) => session.send('Input.dispatchTouchEvent', { type, touchPoints: y === undefined ? [] : [{ x, y }] });
        await touch('touchStart', steps[0]);
        for (const y of steps.slice(1)) await touch('touchMove', y);
        await touch('touchEnd');
      } else {
        await page.mouse.move(x, steps[0]);
        await page.mouse.down();
        for (const y of steps.slice(1)) await page.mouse.move(x, y, { steps: 4 });
        await page.mouse.up();
      }
      await eventually(async () => (await names()) === 'bcad', 5, 'the new order');
      await page.getByText('Rule 1 is rule 3 now.').waitFor();
      await page.getByRole('button', { name: 'Move rule 4 up' }).click();
      assert.equal(await names(), 'bcda');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByText('Saved.').waitFor();
    });
    assert.equal((await server.call('GET', `/api/v1/flags/${key}`)).rules.map((one) => one.name).join(''), 'bcda');
  });
}

test('Escape leaves the order of rules as it was', { skip }, async () => {
  await makeFlag('kept', { rules: [rule('a'), rule('b')] });
  await onPage({}, async (page) => {
    await visit(page, '/flags/kept', 'Rules, in order');
    const grip = await page.locator('#rule-1 .grip').boundingBox();
    await page.mouse.move(grip.x + 5, grip.y + 5);
    await page.mouse.down();
    await page.mouse.move(grip.x + 5, grip.y + 300, { steps: 4 });
    await page.keyboard.press('Escape');
    await page.mouse.up();
    assert.match(await page.locator('.rule').first().innerText(), /a: all users/);
    assert.equal(await page.getByText('Unsaved changes').count(), 0);
  });
});

test('a flag is deleted after a question, and not asked for again', { skip }, async () => {
  await makeFlag('base');
  await makeFlag('leaning', { dependencies: ['base'] });
  await onPage({}, async (page) => {
    const missing = [];
    page.on('response', (response) => response.status() === 404 && missing.push(response.url()));
    await visit(page, '/flags', 'leaning');
    await visit(page, '/flags/leaning', 'Who gets what');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete it' }).click();
    await page.getByText('leaning is deleted.').waitFor();
    await page.getByRole('link', { name: 'base' }).waitFor();
    await page.getByRole('link', { name: 'leaning' }).waitFor({ state: 'detached' });
    await page.waitForTimeout(500);
    assert.deepEqual(missing, []);
  });
});

test('a graph with more than is drawn goes on: more of it, around another, and all in a list', { skip }, async () => {
  const names = Array.from({ length: 230 }, (_, i) => `leaf-${String(i).padStart(3, '0')}`);
  await server.call('POST', '/api/v1/import', { flags: ['hub', ...names].map((key) => ({ key, type: 'Boolean', default_value: false, enabled: true, ...(key === 'hub' ? {} : { dependencies: ['hub'] }) })) });
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  await visit(page, '/flags/hub', 'Dependency graph');
  const boxes = page.locator('svg.needs a');
  await page.getByText('The nearest 60 are drawn').waitFor();
  assert.equal(await boxes.count(), 60);
  await page.getByRole('button', { name: 'Draw 60 more' }).click();
  await page.getByText('The nearest 120 are drawn').waitFor();
  await page.getByRole('button', { name: /^Draw around flag leaf-/ }).first().press('Enter');
  await page.getByText('Drawn around flag leaf-').waitFor();
  await eventually(async () => (await boxes.count()) === 2, 10, 'the drawing around another');
  assert.match(await page.evaluate(() => document.activeElement.textContent), /^Drawn around flag leaf-/, 'the keyboard goes on there');
  assert.deepEqual(await findings(page), []);
  await page.getByRole('button', { name: 'Back to hub' }).click();
  await boxes.nth(5).click();
  await page.getByText('Drawn around flag leaf-').waitFor();
  await page.getByRole('button', { name: 'Back to hub' }).click();
  await page.getByText('230 refer to it themselves').waitFor();
  await page.getByRole('link', { name: 'All flags that do' }).click();
  await page.getByText('230 flags').waitFor();
  await page.getByText('Flags that refer to hub').waitFor();
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('the graph of needs reaches through others, drawn and as lists, and leads to each', { skip }, async () => {
  await server.call('POST', '/api/v1/import', {
    segments: [{ name: 'g-europe', conditions: { country: { in: ['DE', 'FR'] } } }, { name: 'g-german', conditions: { all: [{ segment: 'g-europe' }, { country: 'DE' }] } }],
    metrics: [{ name: 'bought', type: 'Rate', calculation: 'exists(purchase)' }],
    experiments: [{ name: 'g-test', type: 'AB', variants: [{ name: 'a' }, { name: 'b' }], traffic_allocation: { a: 50, b: 50 }, success_metrics: { primary_metric: 'bought' } }],
    flags: [
      { key: 'g-base', type: 'Boolean', default_value: false, enabled: false, rules: [rule('de', { segments: ['g-german'] })] },
      { key: 'g-middle', type: 'Boolean', default_value: false, enabled: true, dependencies: ['g-base'], experiment_id: 'g-test' },
      { key: 'g-top', type: 'Boolean', default_value: false, enabled: true, dependencies: ['g-middle', 'g-base'] },
    ],
  });
  for (const options of [{}, { viewport: { width: 390, height: 900 }, colorScheme: 'dark' }]) {
    await onPage(options, async (page) => {
      await visit(page, '/flags/g-middle', 'Dependency graph');
      const drawn = page.locator('svg.needs');
      await drawn.waitFor();
      assert.deepEqual((await drawn.locator('text.name').allTextContents()).sort(), ['g-base', 'g-europe', 'g-german', 'g-middle', 'g-test', 'g-top']);
      assert.equal(await drawn.locator('path.way').count(), 6);
      const top = async (name) => Number(await drawn.locator('a', { has: page.locator('title', { hasText: new RegExp(` ${name},`) }) }).locator('rect').getAttribute('y'));
      assert.ok((await top('g-europe')) < (await top('g-german')) && (await top('g-german')) < (await top('g-base')) && (await top('g-base')) < (await top('g-middle')) && (await top('g-middle')) < (await top('g-top')));
      const needs = page.getByRole('list', { name: 'Needs', exact: true });
      assert.match(await needs.innerText(), /g-europe\s+segment\s+active\s+by g-german at \/conditions\/all\/0\/segment/);
      assert.match(await needs.innerText(), /g-base\s+flag\s+off/);
      await page.getByRole('list', { name: 'Needed by' }).getByRole('link', { name: 'g-top' }).click();
      await page.getByRole('heading', { name: 'g-top' }).waitFor();
      await page.locator('svg.needs a', { hasText: 'g-base' }).click();
      await page.getByRole('navigation', { name: 'Drawn around' }).getByRole('link', { name: 'g-base' }).click();
      await page.getByRole('heading', { name: 'g-base' }).waitFor();
    });
  }
});

test('a flag that does not say its value shows what is served', { skip }, async () => {
  await makeFlag('unsaid');
  await onPage({}, async (page) => {
    const served = (await server.call('POST', '/ofrep/v1/evaluate/flags/unsaid', { context: { targetingKey: 'u' } })).value;
    await visit(page, '/flags/unsaid', 'Who gets what');
    const field = page.getByRole('textbox', { name: 'Value when it is rolled out' }).or(page.getByRole('combobox', { name: 'Value when it is rolled out' })).first();
    assert.equal(await field.inputValue(), String(served));
    assert.equal(await page.getByText('Unsaved changes').count(), 0);
  });
});

test('a rule takes any of many experiments, and values for its variants', { skip }, async () => {
  await server.call('POST', '/api/v1/import', {
    metrics: [{ name: 'bought', type: 'Rate', calculation: 'exists(purchase)' }],
    experiments: Array.from({ length: 600 }, (_, i) => ({ name: `many-${String(i).padStart(3, '0')}`, type: 'AB', variants: [{ name: 'old' }, { name: 'new' }], traffic_allocation: { old: 50, new: 50 }, success_metrics: { primary_metric: 'bought' } })),
  });
  await makeFlag('tested');
  await onPage({}, async (page) => {
    await visit(page, '/flags/tested', 'Who gets what');
    await page.getByRole('button', { name: 'Use ordered rules instead' }).click();
    await page.getByText('An experiment', { exact: true }).click();
    const picker = page.getByRole('textbox', { name: 'Experiment' }).or(page.getByRole('combobox', { name: 'Experiment' })).first();
    for (const name of ['many-003', 'many-597']) {
      await picker.fill(name);
      await page.getByRole('option', { name, exact: true }).click();
      await page.getByLabel('Value of new').first().waitFor();
    }
    for (const [variant, value] of [['old', 'false'], ['new', 'true']]) {
      await page.getByLabel(`Value of ${variant}`).first().click();
      await page.getByRole('option', { name: value, exact: true }).locator('visible=true').click();
    }
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.').waitFor();
  });
  const [made] = (await server.call('GET', '/api/v1/flags/tested')).rules;
  assert.equal(made.experiment, 'many-597');
  assert.deepEqual(made.values, { old: false, new: true });
});
