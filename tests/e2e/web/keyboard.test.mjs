// Every page without a mouse: all that can be acted on is reached by Tab, in the order of the page, and is seen when it has the focus.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser, openPage } from './browser.mjs';
import { PAGES, dress, signIn, visit } from './pages.mjs';
import { eventually, program, startServer } from './server.mjs';

let server;
let browser;
const skip = !program && 'gosset is not built';
/** So many steps are walked on a page; long lists go on in the same way. */
const STEPS = 60;

before(async () => {
  [server, browser] = await Promise.all([startServer('demo'), openBrowser()]);
  await eventually(async () => (await server.call('GET', '/api/v1/experiments/checkout-button/results?refresh=true')).results?.length > 0, 90, 'the first result');
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** What has the focus now: its name, and whether one sees that it has it. */
function focused() {
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(node);
  const box = node.getBoundingClientRect();
  // A field shows its focus by its border; a switch or a check box by the track beside its input.
  const sibling = node.nextElementSibling ? getComputedStyle(node.nextElementSibling) : null;
  const isField = node.matches('input, textarea, select');
  const seen = (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none' || (isField && (borderColor !== '' || sibling?.outlineStyle !== 'none'));
  return { name: (node.getAttribute('aria-label') || node.textContent || node.getAttribute('placeholder') || node.id || node.tagName).trim().slice(0, 60), seen, hasPlace: box.width > 0 || isField, order: [...document.querySelectorAll('*')].indexOf(node), positive: node.tabIndex > 0 };
}

test('every page is walked by Tab, in its order, with the focus in sight', { skip, timeout: 240_000 }, async () => {
  const { context, page, wrongs } = await openPage(browser);
  await signIn(page, server);
  const wrong = [];
  for (const [path, , text] of [...PAGES.filter(([path]) => !/new=1/.test(path)), ...(await dress(server))]) {
    await visit(page, path, text).catch(() => undefined);
    await page.locator('.skip').focus();
    let last = -1;
    let count = 0;
    for (let step = 0; step < STEPS; step++) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(focused);
      if (!at) break;
      count++;
      if (!at.seen) wrong.push(`${path}: "${at.name}" does not show that it has the focus`);
      if (!at.hasPlace) wrong.push(`${path}: "${at.name}" has the focus and no place`);
      if (at.positive) wrong.push(`${path}: "${at.name}" jumps the order`);
      // Pages that draw themselves anew may move by some nodes; whoever goes back to the top has been around.
      if (at.order < last - 400) break;
      last = at.order;
    }
    if (count < 8) wrong.push(`${path}: only ${count} things were reached`);
  }
  assert.deepEqual([...new Set(wrong)], []);
  assert.deepEqual(wrongs, []);
  await context.close();
});

test('a dialog keeps the focus, gives it back, and closes by Escape', { skip }, async () => {
  const { context, page } = await openPage(browser);
  await signIn(page, server);
  for (const [path, name] of [['/experiments/checkout-button', 'Complete…'], ['/settings', 'New key'], ['/flags', 'New flag']]) {
    await visit(page, path);
    const button = page.getByRole('button', { name, exact: true }).first();
    await button.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    for (let step = 0; step < 25; step++) {
      await page.keyboard.press('Tab');
      assert.ok(await page.evaluate(() => document.activeElement.closest('[role=dialog]') !== null), `${path}: the focus left the dialog after ${step + 1} steps`);
    }
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await eventually(() => button.evaluate((node) => node === document.activeElement), 5, `the focus back on ${name}`);
  }
  await context.close();
});

test('the split of a draft, which is dragged, is moved by keys as well', { skip }, async () => {
  const { context, page } = await openPage(browser);
  await signIn(page, server);
  await visit(page, '/experiments/gift-wrap', 'Before it starts');
  const handle = page.locator('.split-bar .handle').first();
  const before = await page.getByText(/% control, /).first().innerText();
  await handle.focus();
  await page.keyboard.press('ArrowRight');
  await eventually(async () => (await page.getByText(/% control, /).first().innerText()) !== before, 5, 'the split to move');
  await context.close();
});
