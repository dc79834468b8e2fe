// An experiment whose split was changed while it ran: variants are compared within each phase, never across.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { adminKey, binary, startServer } from './server.mjs'

let server
const gosset = (...args) => execFileSync(binary, [...args, '--url', server.url, '--key', adminKey], { encoding: 'utf8' })
// In each phase the new variant is better; buyers became rarer just when it got most of the units.
const phases = [
  { start: '2026-02-01T00:00:00Z', coverage: 100, traffic_allocation: { old: 90, new: 10 }, units: { old: 4500, new: 500 }, buyers: { old: 2250, new: 280 } },
  { start: '2026-02-10T00:00:00Z', coverage: 100, traffic_allocation: { old: 10, new: 90 }, units: { old: 500, new: 4500 }, buyers: { old: 100, new: 1000 } },
]
const rate = (phase, variant) => phase.buyers[variant] / phase.units[variant]
const gain = phases.reduce((sum, phase) => sum + (rate(phase, 'new') - rate(phase, 'old')) / 2, 0)
const base = phases.reduce((sum, phase) => sum + rate(phase, 'old') / 2, 0)

before(async () => {
  server = await startServer()
  const experiment = (name, own) => ({
    name, type: 'AB', status: 'Running', description: 'a split that changed', start_date: phases[0].start, variants: [{ name: 'old' }, { name: 'new' }],
    success_metrics: { primary_metric: 'bought', secondary_metrics: ['spent'], minimum_sample_size: 10000 }, ...own,
  })
  const made = await server.call('POST', '/api/v1/import', {
    metrics: [{ name: 'bought', type: 'Rate', calculation: 'exists(buy)', unit: 'users' }, { name: 'spent', type: 'Revenue', calculation: 'sum(buy.amount)', unit: 'USD' }],
    experiments: [
      experiment('turned', { traffic_allocation: phases[1].traffic_allocation, phases: phases.map(({ start, coverage, traffic_allocation }) => ({ start, coverage, traffic_allocation })) }),
      experiment('steady', { traffic_allocation: { old: 50, new: 50 } }),
    ],
  })
  assert.equal(made.status, 200, made.text)
  const exposures = [], events = []
  phases.forEach((phase, p) => {
    for (const variant of ['old', 'new'])
      for (let i = 0; i < phase.units[variant]; i++) {
        const user_id = `${p}${variant}${i}`, timestamp = phase.start.replace('T00', 'T05')
        exposures.push({ experiment_id: 'turned', user_id, variant, timestamp })
        if (i < phase.buyers[variant]) events.push({ user_id, name: 'buy', timestamp: timestamp.replace('T05', 'T06'), properties: { amount: 10 } })
      }
  })
  for (let i = 0; i < exposures.length; i += 5000) assert.equal((await server.call('POST', '/api/v1/events', { exposures: exposures.slice(i, i + 5000) })).status, 202)
  assert.equal((await server.call('POST', '/api/v1/events', { events })).status, 202)
  for (let i = 0; i < 100; i++) if ((await server.call('GET', '/api/v1/experiments/turned/results?refresh=true')).json.health.facts_behind === 0) break
})
after(() => server.stop())

test('a split that changed does not turn the effect round', async () => {
  const { results, health } = (await server.call('GET', '/api/v1/experiments/turned/results')).json
  const row = (metric, variant) => results.find((one) => one.metric_name === metric && one.variant === variant)
  const bought = row('bought', 'new')
  const shown = bought.fixed ?? bought
  const naive = (280 + 1000) / 5000 - (2250 + 100) / 5000
  assert.ok(naive < -0.2 && gain > 0.03, 'all units together say the opposite')
  assert.ok(Math.abs(bought.diff - gain) < 1e-12, `${bought.diff}`)
  // by hand: shares of 1/2, the variances of four rates
  const variance = phases.reduce((sum, phase) => sum + ['old', 'new'].reduce((own, variant) => own + (rate(phase, variant) * (1 - rate(phase, variant))) / (phase.units[variant] - 1), 0) / 4, 0)
  assert.ok(Math.abs((shown.diff_ci.upper - shown.diff_ci.lower) / (2 * 1.96 * Math.sqrt(variance)) - 1) < 0.002)
  assert.ok(Math.abs(bought.mean_value - row('bought', 'old').mean_value - gain) < 1e-12, 'the means beside it are those that are compared')
  assert.ok(Math.abs(row('bought', 'old').mean_value - base) < 1e-12)
  assert.deepEqual([bought.sample_size, bought.conversions], [5000, 1280])
  assert.ok(Math.abs(row('spent', 'new').diff - 10 * gain) < 1e-9)
  assert.ok(Math.abs(health.units_per_day - 5000 / (6 + 5 / 24)) < 1e-6, 'those of the last week in which some came, over its days')
  const said = health.findings.find((one) => one.name === 'design_changed')
  assert.match(said.message, /2 phases; means are compared within each split/)
  assert.equal(health.findings.find((one) => one.name === 'sample_ratio'), undefined, 'each phase was split as it says')
})

test('the course of the effect ends where the table does', async () => {
  const { results } = (await server.call('GET', '/api/v1/experiments/turned/results')).json
  const series = (await server.call('GET', '/api/v1/experiments/turned/timeseries?metric=bought')).json
  const last = (series.series ?? series.points ?? series).filter((one) => one.variant === 'new').at(-1)
  assert.ok(Math.abs(last.diff - results.find((one) => one.metric_name === 'bought' && one.variant === 'new').diff) < 1e-12)
})

test('each metric can be read by phase', async () => {
  const attributes = (await server.call('GET', '/api/v1/experiments/turned/slices')).json
  assert.deepEqual(attributes.attributes, [{ name: '$phase', units: 10000 }])
  const { json } = await server.call('GET', '/api/v1/experiments/turned/slices?metric=bought&by=$phase')
  const own = json.variants[0].slices
  assert.deepEqual(own.map(({ value, from, units, control_units }) => [value, from, units, control_units]), [['1', phases[0].start, 500, 4500], ['2', phases[1].start, 4500, 500]])
  own.forEach((slice, i) => assert.ok(Math.abs(slice.diff - (rate(phases[i], 'new') - rate(phases[i], 'old'))) < 1e-12))
  assert.deepEqual(json.sample_ratio.map((one) => one.alarm), [false, false], 'each against its own split')
  const said = gosset('results', 'turned', '--by', '$phase', '--metric', 'bought')
  assert.match(said, /new +1 from 2026-02-01 +500 +4500/)
  assert.match(said, /new +2 from 2026-02-10 +4500 +500/)
})

test('without phases there are none to read by', async () => {
  const answer = await server.call('GET', '/api/v1/experiments/steady/slices?by=$phase')
  assert.deepEqual([answer.status, answer.json.pointer], [404, '/by'])
  assert.deepEqual((await server.call('GET', '/api/v1/experiments/steady/slices')).json.attributes, [])
})
