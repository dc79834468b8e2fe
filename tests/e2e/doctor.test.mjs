// Each diagnosis of the doctor is made to happen from outside, by what a program or a person would do.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { adminKey, binary, startServer } from './server.mjs'

const day = 86400000, now = Date.now()
const at = (daysAgo, ms = 0) => new Date(now - daysAgo * day + ms).toISOString()
let server
before(async () => { server = await startServer() })
after(() => server.stop())

/** An experiment with a metric of its own over an event of its own. */
async function make(name, { metric = {}, planned = 100, more = {} } = {}) {
  const made = await server.call('POST', '/api/v1/import', {
    metrics: [{ name: `m ${name}`, type: 'Rate', calculation: `exists(${name})`, unit: 'users', ...metric }],
    experiments: [{
      name, type: 'AB', status: 'Running', description: 'to be examined', start_date: at(30), variants: [{ name: 'a' }, { name: 'b' }],
      traffic_allocation: { a: 50, b: 50 }, success_metrics: { primary_metric: `m ${name}`, minimum_sample_size: planned }, ...more,
    }],
  })
  assert.equal(made.status, 200, made.text)
}

async function send(body) {
  const { exposures = [], events = [] } = body
  for (let i = 0; i < Math.max(exposures.length, events.length); i += 5000) {
    const sent = await server.call('POST', '/api/v1/events', { exposures: exposures.slice(i, i + 5000), events: events.slice(i, i + 5000) })
    assert.equal(sent.status, 202, sent.text)
  }
}

/** `counts` units of a and of b, exposed `days` ago; `event(i, variant)` gives what each does, a list of events. */
function people(name, counts, { days = 10, event = () => [], more = () => ({}) } = {}) {
  const exposures = [], events = []
  ;['a', 'b'].forEach((variant, v) => {
    for (let i = 0; i < counts[v]; i++) {
      const user_id = `${name}-${variant}${i}`
      exposures.push({ experiment_id: name, user_id, variant, timestamp: at(days, i), ...more(i, variant) })
      for (const it of event(i, variant)) events.push({ user_id, name, timestamp: at(days - 0.1, i), ...it })
    }
  })
  return { exposures, events }
}

async function findings(name) {
  for (let i = 0; ; i++) {
    const got = await server.call('GET', `/api/v1/experiments/${name}/health?refresh=true`)
    assert.equal(got.status, 200, got.text)
    if (got.json.facts_behind === 0 || i > 50) return got.json.findings
  }
}

async function finds(name, wanted, severity) {
  const all = await findings(name)
  const found = all.find((it) => it.name === wanted)
  assert.ok(found, `${wanted} is not among ${JSON.stringify(all.map((it) => it.name))}`)
  assert.ok(found.message && found.next_step)
  if (severity) assert.equal(found.severity, severity)
  return found
}

const half = (i) => (i % 2 ? [{}] : [])

/* name of the diagnosis, severity, how it comes about, what its message says */
const cases = [
  ['no_exposures', 'alarm', async (name) => make(name)],
  ['no_events', 'warning', async (name) => { await make(name); await send(people(name, [100, 100])) }],
  ['events_before_exposure_only', 'alarm', async (name) => { await make(name); await send(people(name, [100, 100], { event: () => [{ timestamp: at(11) }] })) }],
  ['sample_ratio', 'alarm', async (name) => { await make(name); await send(people(name, [400, 250], { event: half })) }],
  ['crossovers', 'alarm', async (name) => {
    await make(name)
    await send(people(name, [100, 100], { event: half }))
    await send({ exposures: Array.from({ length: 40 }, (_, i) => ({ experiment_id: name, user_id: `${name}-a${i}`, variant: 'b', timestamp: at(9) })) })
  }],
  ['one_variant_without_events', 'alarm', async (name) => { await make(name); await send(people(name, [200, 200], { event: (i, v) => (v === 'a' ? half(i) : []) })) }],
  ['silent_platform', 'alarm', async (name) => {
    await make(name)
    const platform = (i) => (i < 150 ? 'ios' : 'android')
    await send(people(name, [300, 300], { more: (i) => ({ attributes: { platform: platform(i) } }), event: (i, v) => (v === 'b' && platform(i) === 'ios' ? [] : half(i)) }))
  }, /units with platform "ios" have no event in one variant/],
  ['bots', 'warning', async (name) => {
    await make(name)
    await send(people(name, [100, 100], { event: (i, v) => (v === 'a' && i === 7 ? Array.from({ length: 500 }, (_, k) => ({ timestamp: at(9, k) })) : half(i)) }))
  }, /"bots-a7" has 500 of the newest events/],
  ['duplicated_events', 'warning', async (name) => { await make(name); await send(people(name, [100, 100], { event: () => [{}, {}] })) }, /200 of the newest 400 events/],
  ['clock_skew', 'warning', async (name) => { await make(name); await send(people(name, [100, 100], { event: (i) => (i < 5 ? [{ timestamp: at(-0.5) }] : half(i)) })) }, /10 of the newest facts/],
  ['unit_mismatch', 'warning', async (name) => {
    await make(name, { metric: { type: 'Duration', calculation: `sum(${name}.ms)` } })
    await send(people(name, [300, 300], { event: (i, v) => [{ properties: { ms: (v === 'a' ? 1 : 1000) * (1 + (i % 10)) } }] }))
  }],
  ['outlier_carries_result', 'warning', async (name) => {
    await make(name, { metric: { type: 'Revenue', calculation: `sum(${name}.amount)` } })
    await send(people(name, [200, 200], { event: (i, v) => [{ properties: { amount: v === 'b' && i === 3 ? 5000 : 1 + (i % 10) } }] }))
  }],
  ['too_small', 'warning', async (name) => { await make(name, { metric: { minimum_effect: 1 } }); await send(people(name, [100, 100], { event: half })) }],
  ['peeking', 'note', async (name) => { await make(name, { planned: 100000 }); await send(people(name, [400, 400], { event: (i, v) => (i % 100 < (v === 'a' ? 20 : 27) ? [{}] : []) })) }, /800 of 100000 planned units/],
  ['design_changed', 'warning', async (name) => {
    await make(name)
    await send(people(name, [100, 100], { event: half }))
    const changed = await server.call('PATCH', `/api/v1/experiments/${name}`, { traffic_allocation: { a: 20, b: 80 } })
    assert.equal(changed.status, 200, changed.text)
  }],
  ['overlapping_experiment', 'note', async (name) => { await make(name); await send(people(name, [100, 100], { event: half })) }],
  ['lopsided_merges', 'warning', async (name) => {
    await make(name)
    const { exposures } = people(name, [200, 200], { more: (i, v) => ({ user_id: undefined, device_id: `${name}-${v}${i}` }) })
    for (let i = 0; i < 60; i++)
      for (const variant of i < 5 ? ['a', 'b'] : ['a'])
        assert.equal((await server.call('POST', '/api/v1/identify', { user_id: `${name} user ${variant}${i}`, device_id: `${name}-${variant}${i}` })).status, 200)
    await send({ exposures })
  }],
  ['data_gap', 'warning', async (name) => {
    await make(name)
    await send(people(name, [100, 100], { event: half }))
    await send(people(name, [150, 150], { days: 7, event: half }))
  }],
  ['less_than_a_week', 'note', async (name) => { await make(name); await send(people(name, [100, 100], { event: half })) }],
  ['no_new_exposures', 'warning', async (name) => { await make(name); await send(people(name, [100, 100], { event: half })) }],
  ['immature_units', 'note', async (name) => {
    await make(name, { metric: { calculation: `retention(${name}, 7d, 14d)` } })
    await send(people(name, [100, 100], { days: 3, event: half }))
  }],
  ['large_lift', 'note', async (name) => { await make(name); await send(people(name, [1000, 1000], { event: (i, v) => (i % 10 < (v === 'a' ? 1 : 5) ? [{}] : []) })) }],
  ['large_statistic', 'note', async (name) => { await make(name); await send(people(name, [1000, 1000], { event: (i, v) => (i % 10 < (v === 'a' ? 1 : 5) ? [{}] : []) })) }],
  ['variance_ratio', 'note', async (name) => {
    await make(name, { metric: { type: 'Revenue', calculation: `sum(${name}.amount)` } })
    await send(people(name, [300, 300], { event: (i, v) => [{ properties: { amount: 100 + (i % 10) * (v === 'a' ? 1 : 6) } }] }))
  }],
  ['zero_variance', 'warning', async (name) => { await make(name); await send(people(name, [100, 100], { event: () => [{}] })) }],
  ['pre_exposure_difference', 'warning', async (name) => {
    await make(name, { metric: { type: 'Count', calculation: `count(${name})` } })
    await send(people(name, [300, 300], { event: (i, v) => [...half(i), ...((v === 'a' ? i % 10 : i % 3) ? [{ timestamp: at(12, i) }] : [])] }))
  }],
  ['found_by_a_weak_test', 'note', async (name) => { await make(name); await send(people(name, [100, 100], { event: (i, v) => (i % 10 < (v === 'a' ? 3 : 5) ? [{}] : []) })) }],
]

for (const [name, severity, happens, message] of cases)
  test(`${name} is found, with evidence and a next step`, async () => {
    await happens(name)
    const found = await finds(name, name, severity)
    if (message) assert.match(found.message, message)
  })

test('a sound experiment has none of the alarms and warnings about its facts', async () => {
  await make('sound', { planned: 10000 })
  await send(people('sound', [500, 500], { more: (i) => ({ attributes: { platform: i % 3 ? 'ios' : 'android' } }), event: half }))
  const all = (await findings('sound')).filter((it) => it.severity !== 'note').map((it) => it.name)
  assert.deepEqual(all, ['no_new_exposures'])
})

test('the command prints the findings and ends with 1 on an alarm', () => {
  const run = (name) => spawnSync(binary, ['doctor', name, '--url', server.url, '--key', adminKey], { encoding: 'utf8' })
  assert.equal(run('sample_ratio').status, 1)
  assert.match(run('bots').stdout, /bots-a7/)
  assert.equal(run('bots').status, 0)
})
