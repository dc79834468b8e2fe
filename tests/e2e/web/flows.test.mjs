// How a definition changes beyond its form: going back, from one environment to another, at set times,
// with a schema, and past approval.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { findings, openBrowser, openPage } from './browser.mjs';
import { logIn, makeMember, signIn, visit } from './pages.mjs';
import { program, startServer } from './server.mjs';

const skip = !program && 'gosset is not built';
const run = promisify(execFile);
let server;
let browser;
let staging;

before(async () => {
  [server, browser] = await Promise.all([startServer('serve'), openBrowser()]);
  staging = (await server.call('POST', '/api/v1/keys', { name: 'staging', scope: 'admin', environment: 'staging' })).key;
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const flag = (key, more = {}) => ({ key, type: 'Boolean', default_value: false, enabled: true, ...more });
const get = (path) => server.call('GET', `/api/v1${path}`);
const inStaging = (method, path, body) => server.call(method, path, body, { Authorization: `Bearer ${staging}` });
const gosset = (...args) => run(program, [...args, '--url', server.url, '--key', server.key]).then(({ stdout }) => stdout);

/** Opens a page signed in, runs, and finds nothing wrong with it. */
async function onPage(steps, enter = (page) => signIn(page, server)) {
  const { context, page, wrongs } = await openPage(browser);
  await enter(page);
  await steps(page, wrongs);
  assert.deepEqual(await findings(page), []);
  assert.deepEqual(wrongs, []);
  await context.close();
}
const save = async (page) => {
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved.').waitFor();
};

test('going back shows what changes and takes away what was added since; the command does the same', { skip }, async () => {
  await server.call('POST', '/api/v1/flags', flag('again', { rollout_percentage: 10 }));
  await server.call('PATCH', '/api/v1/flags/again', { rollout_percentage: 60, owner: 'ann' });
  await onPage(async (page) => {
    await visit(page, '/flags/again?tab=history', 'Back to this');
    await page.getByRole('button', { name: 'Back to this' }).click();
    const dialog = page.getByRole('dialog', { name: 'Back to version 1?' });
    await dialog.getByText('/rollout_percentage').waitFor();
    assert.match(await dialog.innerText(), /\/owner/);
    assert.doesNotMatch(await dialog.innerText(), /updated_at|\/version/);
    await dialog.getByRole('button', { name: 'Put it back' }).click();
    await page.getByText('It is as it was at version 1.').waitFor();
    await page.getByText('version 3').first().waitFor();
  });
  const now = await get('/flags/again');
  assert.deepEqual([now.rollout_percentage, now.owner, now.version], [10, undefined, 3]);
  assert.match(await gosset('revert', 'flag', 'again', '2'), /as it was at version 2; that is version 4 now/);
  assert.equal((await get('/flags/again')).owner, 'ann');
  await assert.rejects(gosset('revert', 'flag', 'again', '9'), /earlier one/);
  await assert.rejects(gosset('revert', 'flog', 'again', '1'), /no kind "flog"/);
});

test('an experiment that runs goes back, too, and stays running', { skip }, async () => {
  await server.call('POST', '/api/v1/metrics', { name: 'visits', type: 'Count', calculation: 'count(visit)' });
  const body = { name: 'returning', variants: [{ name: 'control' }, { name: 'new' }], traffic_allocation: { control: 50, new: 50 }, success_metrics: { primary_metric: 'visits' } };
  const { id } = await server.call('POST', '/api/v1/experiments', body);
  await server.call('POST', `/api/v1/experiments/${id}/start`);
  await server.call('PATCH', `/api/v1/experiments/${id}`, { description: 'changed by mistake' });
  await onPage(async (page) => {
    await visit(page, `/experiments/${id}?tab=history`, 'Back to this');
    await page.getByRole('button', { name: 'Back to this' }).first().click();
    await page.getByRole('dialog').getByText('/description').waitFor();
    await page.getByRole('button', { name: 'Put it back' }).click();
    await page.getByText('It is as it was at version 2.').waitFor();
  });
  const now = await get(`/experiments/${id}`);
  assert.deepEqual([now.status, now.description], ['Running', '']);
});

test('what is chosen of another environment is taken, after the difference was shown', { skip }, async () => {
  for (const one of [flag('moved', { rollout_percentage: 25 }), flag('left')]) await inStaging('POST', '/api/v1/flags', one);
  await server.call('POST', '/api/v1/flags', flag('moved', { rollout_percentage: 5, enabled: false }));
  await server.call('POST', '/api/v1/flags', flag('only-ours'));
  await onPage(async (page, wrongs) => {
    await visit(page, '/settings?tab=environments', 'what differs from here');
    await page.getByRole('row', { name: /staging/ }).getByRole('link').click();
    await page.getByRole('heading', { name: 'Promote into production' }).waitFor();
    await page.getByText('2 differ').waitFor();
    await page.getByText('/rollout_percentage').filter({ visible: true }).waitFor();
    assert.deepEqual(await findings(page), []);
    await page.getByText(/^\d+ only in production$/).waitFor();
    await page.getByRole('checkbox', { name: 'Promote flag/left' }).uncheck();
    await page.getByRole('button', { name: 'Who would notice?' }).click();
    await page.getByText('nobody to compare').or(page.getByText('would get something else')).waitFor();
    await server.call('PATCH', '/api/v1/flags/moved', { owner: 'ann' });
    await page.getByRole('button', { name: 'Take 1 into production' }).click();
    await page.getByText('Somebody changed it in production meanwhile').waitFor();
    await page.getByText('changed meanwhile', { exact: true }).waitFor();
    assert.equal(await page.getByRole('checkbox', { name: 'Promote flag/left' }).isChecked(), false, 'what was chosen stays chosen');
    assert.match(wrongs.splice(0).join(), /409/, 'the browser says so, too');
    await page.getByText('/owner').filter({ visible: true }).waitFor();
    await page.getByRole('button', { name: 'Take 1 into production' }).click();
    await page.getByText('1 taken into production.').waitFor();
    await page.getByText('1 differ').waitFor();
  });
  assert.deepEqual([(await get('/flags/moved')).rollout_percentage, (await get('/flags/moved')).enabled], [25, true]);
  await assert.rejects(get('/flags/left'), /404/);
  assert.match(await gosset('promote', 'staging', '--dry-run'), /created +flag +left[\s\S]*would be: 1 created/);
  await assert.rejects(gosset('promote', 'staging', 'left'), /KIND\/NAME/);
  assert.match(await gosset('promote', 'staging', 'flag/left'), /1 created, 0 updated/);
  assert.equal((await get('/flags/left')).key, 'left');
});

test('a flag that only another environment has is listed, and brought here by itself', { skip }, async () => {
  for (const one of [flag('there-only', { enabled: true }), flag('there-too')]) await inStaging('POST', '/api/v1/flags', one);
  await onPage(async (page, wrongs) => {
    await visit(page, '/flags?q=there-only', 'not here');
    assert.equal(await page.getByRole('switch', { name: 'there-only in production' }).count(), 0);
    assert.equal(await page.getByRole('switch', { name: 'there-only in staging' }).isChecked(), true);
    assert.deepEqual(await findings(page), []);
    await page.getByRole('link', { name: 'there-only', exact: true }).click();
    await page.getByText('there-only is not in production').waitFor();
    assert.match(wrongs.splice(0).join(), /404/, 'the browser says so, too');
    await page.getByRole('link', { name: 'Promote from staging into production' }).click();
    await page.getByRole('button', { name: 'Take 1 into production' }).click();
    await page.getByText('1 taken into production.').waitFor();
    await visit(page, '/flags/there-only', 'Who gets what');
    assert.equal(await page.getByRole('link', { name: 'Promote', exact: true }).getAttribute('href'), '#/promote?from=production&only=flag%2Fthere-only');
    await visit(page, '/flags?q=there-only', '1 flag');
    await page.getByRole('switch', { name: 'there-only in production' }).waitFor();
  });
  await assert.rejects(get('/flags/there-too'), /404/, 'what was not asked for stays');
});

test('what a chosen definition needs and does not get is said at the definition', { skip }, async () => {
  await inStaging('POST', '/api/v1/segments', { name: 'needed-there', conditions: { country: 'DE' } });
  await inStaging('POST', '/api/v1/flags', flag('needy', { targeting_rules: { segments: ['needed-there'] } }));
  await onPage(async (page, wrongs) => {
    await visit(page, '/promote?from=staging&only=flag/needy', 'Take 1 into production');
    for (const button of ['Who would notice?', 'Take 1 into production']) {
      await page.getByRole('button', { name: button }).click();
      await page.getByText('flag needy cannot be taken').waitFor();
      await page.getByText(/needed-there.*at \/targeting_rules/).waitFor();
      assert.match(wrongs.splice(0).join(), /4\d\d/, 'the browser says so, too');
    }
    await page.getByRole('checkbox', { name: 'Promote segment/needed-there' }).check();
    await page.getByRole('button', { name: 'Take 2 into production' }).click();
    await page.getByText('2 taken into production.').waitFor();
  });
});

test('a flag is switched at set times, and a share grows', { skip }, async () => {
  await server.call('POST', '/api/v1/flags', flag('timed', { rules: [{ value: true, percentage: 100 }] }));
  await onPage(async (page) => {
    await visit(page, '/flags/timed', 'It stays as the switch says.');
    await page.getByRole('button', { name: 'Add a step' }).click();
    await page.getByLabel('Step 1: when').fill('2031-01-02T08:00');
    await page.getByRole('button', { name: 'Add a step' }).click();
    await page.locator('#rule-1 [aria-expanded]').first().click();
    await page.getByRole('button', { name: 'Grow the share over a week' }).click();
    await page.getByRole('img', { name: /now, 100 % in the end/ }).waitFor();
    await page.getByRole('switch', { name: 'Grow evenly between them' }).press('Space');
    await page.getByLabel('Share 1 in percent').fill('2');
    await save(page);
  });
  const { schedule, rules } = await get('/flags/timed');
  assert.deepEqual(schedule.map((step) => step.enabled), [false, true]);
  assert.equal(schedule[0].at, new Date('2031-01-02T08:00').toISOString().replace('.000', ''));
  assert.ok(Date.parse(schedule[1].at) > Date.parse(schedule[0].at));
  assert.equal(rules[0].percentage, undefined);
  assert.deepEqual([rules[0].rollout.linear, rules[0].rollout.steps.length, rules[0].rollout.steps[0].percentage], [true, 5, 2]);
});

test('a date is typed by hand, and steps change places only when that is over', { skip }, async () => {
  const schedule = ['2030-01-01T00:00:00Z', '2031-01-01T00:00:00Z'].map((at, i) => ({ at, enabled: i === 0 }));
  await server.call('POST', '/api/v1/flags', flag('typed', { schedule }));
  await onPage(async (page) => {
    await visit(page, '/flags/typed', '2031-01-01 00:00 UTC');
    await page.getByLabel('Step 1: when').focus();
    await page.keyboard.type('05062032');
    assert.equal(await page.getByLabel('Step 1: when').inputValue(), '2032-05-06T00:00');
    await page.keyboard.press('Tab');
    await page.getByLabel('Description').focus();
    assert.equal(await page.getByLabel('Step 2: when').inputValue(), '2032-05-06T00:00');
    await save(page);
  });
  assert.deepEqual((await get('/flags/typed')).schedule, [{ at: '2031-01-01T00:00:00Z', enabled: false }, { at: '2032-05-06T00:00:00Z', enabled: true }]);
});

test('a schema is made from the values, and a value that does not fit is refused at its field', { skip }, async () => {
  await server.call('POST', '/api/v1/flags', { key: 'shaped', type: 'JSON', default_value: { size: 1 }, value: { size: 2, color: 'red' }, enabled: true });
  await onPage(async (page, wrongs) => {
    await visit(page, '/flags/shaped', 'What its values look like');
    await page.getByRole('button', { name: 'Make one from its values' }).click();
    await save(page);
    await page.getByLabel('Value for everybody else').fill('{"size": "large"}');
    await page.getByText('Value for everybody else:').waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText(/integer/).first().waitFor();
    await page.getByText('at /default_value/size').waitFor();
    assert.match(wrongs.splice(0).join(), /400/, 'the browser says so, too');
  });
  const { value_schema: schema, default_value: value } = await get('/flags/shaped');
  assert.deepEqual([schema.properties.size.type, schema.required, value], ['integer', ['size'], { size: 1 }]);
});

test('an administrator goes past approval with a reason', { skip }, async () => {
  await makeMember(server, 'ada@example.org', 'admin');
  await server.call('POST', '/api/v1/environments', { name: 'careful' });
  const key = (await server.call('POST', '/api/v1/keys', { name: 'careful', scope: 'admin', environment: 'careful' })).key;
  const careful = { Authorization: `Bearer ${key}` };
  await server.call('POST', '/api/v1/flags', flag('alarm'), careful);
  await server.call('PATCH', '/api/v1/environments/careful', { requires_approval: true });
  await onPage(async (page) => {
    await page.getByLabel('Environment').selectOption('careful');
    await visit(page, '/flags/alarm', 'Who gets what');
    await page.getByLabel('Description').fill('it burns');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Your change waits for approval').waitFor();
    await page.getByRole('link', { name: 'See it' }).click();
    await page.getByRole('button', { name: 'Go past approval…' }).click();
    const deed = page.getByRole('dialog').getByRole('button', { name: 'Go past approval' });
    assert.equal(await deed.isDisabled(), true);
    await page.getByLabel('Reason').fill('the shop is down');
    await deed.click();
    await page.getByText('It is live without approval.').waitFor();
  }, (page) => logIn(page, server, 'ada@example.org'));
  assert.equal((await server.call('GET', '/api/v1/flags/alarm', undefined, careful)).description, 'it burns');
  const [entry] = (await server.call('GET', '/api/v1/audit?kind=flag', undefined, careful)).items;
  assert.equal(entry.actor, 'ada@example.org (without approval: the shop is down)');
});
