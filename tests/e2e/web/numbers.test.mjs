// Every number of the pages is that of the API and of the command line.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser, openPage } from './browser.mjs';
import { compare, freeze } from './numbers.mjs';
import { dress, signIn, visit } from './pages.mjs';
import { eventually, program, startServer } from './server.mjs';

let server;
let browser;
const skip = !program && 'gosset is not built';

/** Numbers of the sentences themselves: they are in no answer, and never change. */
const SENTENCES = [
  // The demo computes every few seconds: how far it was is over before it can be asked again.
  /computing, \d+ %|[\d,]+ of [\d,]+ rows read/g,
  /valid once|95 % intervals?|80 % power|5 % significance/g,
  /as if there were [\d,]+ % more units/,
  /9[09] % are below|largest 1 %|told from 14 days of age on/,
  /Phase \d+(?! of)|gosset \d+\.\d+\.\d+|told to slow down \(429\)|^Take [\d,]+ into|Show [\d,]+ more of [\d,]+|^[\d,]+ more changes|[Oo]ne of up to a thousand|^\d+ things are open|may leave out 0 where|Counted over 30 days|of the newest 10,000 events|^\d+ more (has|have) not started|^\d+ × |The split adds up to 100 %|^\d+ variants|\d+ days at current traffic|[\d,]+ units a day/,
  // What the calculator was asked with, said again.
  /^\d weeks?$|^[\d,]+ units$|^from [\d.]+ %|0\.99: the top 1 % count as it/,
  /^\d+ days$|Significant at 5 %|significant at 5 %|[Bb]elow 0\.001|and \d+ more\.?$|^(Always|Never) in it \([\d,]+\)/,
  // Tests of their own compare them: live counters, and phases on the page of their experiment.
  /^[\d,.]+ (decisions|events|new assignments)\/s|^[\d,]+ since the server started/,
  /Phase \d+ of \d+: [^;]*/g,
];

/** Longer than a page waits before it asks about what is being typed. */
const SETTLED_MS = 700;

before(async () => {
  [server, browser] = await Promise.all([startServer('demo'), openBrowser()]);
  await eventually(async () => (await server.call('GET', '/api/v1/experiments/checkout-button/results?refresh=true')).results?.length > 0, 90, 'the first result of the demo');
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** What a dialog says before anything is done. */
const dialog = (name) => async (page, look) => {
  await page.getByRole('button', { name, exact: true }).first().click();
  await page.getByRole('dialog').waitFor();
  await look(`, ${name}`, SETTLED_MS);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
};

/** Opens the pages one after the other, and says what is wrong on each. */
async function check(pages) {
  const { context, page } = await openPage(browser);
  const frozen = await freeze(page, server);
  await signIn(page, server);
  const wrong = [];
  let total = 0;
  for (const [path, text, deed] of pages) {
    await visit(page, path, text);
    const look = async (name, ms) => {
      const { found, count } = await compare(page, frozen, SENTENCES, ms);
      wrong.push(...found.map((one) => `${path}${name}: ${one}`));
      total += count;
    };
    await look('', SETTLED_MS);
    await deed?.(page, look);
  }
  await context.close();
  assert.equal([...new Set(wrong)].join('\n'), '');
  return total;
}

// They mostly wait for answers, so they run side by side.
describe('numbers', { concurrency: 4 }, () => {
  test('the overview and the lists of experiments', { skip }, async () => {
    const total = await check([['/', 'search-ranking'], ['/experiments', '10 experiments'], ['/experiments?view=timeline', 'checkout-button']]);
    assert.ok(total > 20, `only ${total} numbers were compared`);
  });

  test('every experiment: verdict, exposures, table, and every way to look at its metrics', { skip }, async () => {
    const { items } = await server.call('GET', '/api/v1/experiments?limit=100');
    const total = await check(items.map((one) => [`/experiments/${one.id}`, one.name, async (page, look) => {
      const details = page.getByRole('button', { name: /^Details of/ });
      const rows = await details.count();
      for (let i = 0; i < rows; i++) {
        await details.nth(i).click();
        const tabs = page.locator('tr.detail').getByRole('tab');
        for (let t = 0; t < (await tabs.count()); t++) {
          // The first metric is looked at in every way, the others number by number.
          const name = await tabs.nth(t).innerText();
          if (i > 0 && name !== 'Every number') continue;
          await tabs.nth(t).click();
          await look(`, ${await details.nth(i).getAttribute('aria-label')}, ${name}`, 120);
        }
        await details.nth(i).click();
      }
    }]));
    assert.ok(total > 600, `only ${total} numbers were compared`);
  });

  test('metrics, segments, flags, users, the calculator and the settings', { skip }, async () => {
    const list = async (path, name) => (await server.call('GET', `/api/v1/${path}?limit=100`)).items.map((one) => one[name]);
    const [metrics, segments, flags] = await Promise.all([list('metrics', 'name'), list('segments', 'name'), list('flags', 'key')]);
    const total = await check([
      ['/metrics', metrics[0]], ...metrics.map((name) => [`/metrics/${name}`, 'On the newest events']),
      ['/segments', segments[0]], ...segments.map((name) => [`/segments/${name}`, 'Who uses it']),
      ['/flags', flags[0]], ...flags.map((key) => [`/flags/${key}`, 'Who gets what']),
      ['/clean-up', 'Flags that may go'], ['/events?tab=schema', 'page_view'], ['/settings?tab=layers', 'New layer'],
      ['/calculator', 'units per variant'], ...['detectable', 'rates', 'means', 'split'].map((tab) => [`/calculator?tab=${tab}`, tab === 'split' ? 'The split' : tab === 'detectable' ? 'or more' : '95 % interval']),
    ]);
    assert.ok(total > 40, `only ${total} numbers were compared`);
  });

  test('people, approvals, promoting, the log, the settings, every tab, and what dialogs say', { skip }, async () => {
    const dressed = await dress(server);
    const { items } = await server.call('GET', '/api/v1/experiments/checkout-button/assignments?limit=1');
    const [button, draft] = await Promise.all(['checkout-button', 'gift-wrap'].map(async (name) => (await server.call('GET', `/api/v1/experiments/${name}`)).id));
    const total = await check([
      ...dressed.map(([path, , text]) => [path, text]),
      [`/users/${items[0].user_id}`, 'Known about them'], ['/users/u-qa', 'Known about them'], ['/audit', 'changes'], ['/approvals', 'update flag dark-mode'],
      ['/promote?from=staging', 'differ', async (page, look) => {
        await page.getByRole('button', { name: 'Who would notice?' }).click();
        await page.getByText(/recent users|nobody to compare/).first().waitFor();
        await look(', who would notice', 120);
      }],
      ...['design', 'assignments', 'history'].map((tab) => [`/experiments/${button}?tab=${tab}`, tab === 'design' ? 'Variants and split' : tab === 'history' ? 'import' : 'Which variant does a user get']),
      [`/experiments/${draft}`, 'Before it starts', dialog('Start')], [`/experiments/${button}`, 'Exposures against the plan', dialog('Complete…')],
      ['/events', 'As they arrive'], ['/clean-up?tab=unknown', 'Did somebody mean'], ['/experiments/new', 'Primary metric'], ['/flags?stale=true', 'Experiment over'], ['/metrics?new=1', 'From the events of one user'],
      ...['test', 'overrides', 'code', 'history'].map((tab) => [`/flags/dark-mode?tab=${tab}`, tab === 'test' ? 'Context' : tab === 'overrides' ? 'u-qa' : tab === 'code' ? 'OpenFeature' : 'import']),
      ['/settings', 'API keys'], ...[['members', 'vera@example.org'], ['environments', 'you work here'], ['webhooks', 'release-chat'], ['layers', 'New layer'], ['system', 'Ready: decisions']].map(([tab, text]) => [`/settings?tab=${tab}`, text]),
    ]);
    assert.ok(total > 20, `only ${total} numbers were compared`);
  });

  test('live rates are the differences of the counters', { skip }, async () => {
    const { context, page, wrongs } = await openPage(browser);
    const perSecond = { gosset_decisions_total: 1200, gosset_events_accepted_total: 340, gosset_assignments_created_total: 4 };
    const from = Date.now();
    await page.route((url) => url.pathname === '/metrics', (route) =>
      route.fulfill({ body: Object.entries(perSecond).map(([name, rate]) => `${name} ${Math.round((rate * (Date.now() - from)) / 1000)}\n`).join('') }));
    await signIn(page, server);
    for (const [name, rate] of [['decisions', 1200], ['events', 340], ['new assignments', 4]]) {
      const said = await eventually(async () => {
        const text = await page.getByText(new RegExp(`^[\\d,.]+ ${name}/s$`)).first().innerText({ timeout: 1000 });
        return Number(text.split(' ')[0].replaceAll(',', ''));
      }, 20, `the rate of ${name}`);
      // What is asked every 3 s comes some milliseconds sooner or later.
      assert.ok(Math.abs(said - rate) <= 0.08 * rate + 0.5, `${said} ${name}/s instead of ${rate}`);
    }
    assert.deepEqual(wrongs, []);
    await context.close();
  });
});
