// Every construct of the metric language through the whole path: stored, sent by HTTP, computed; numbers by hand.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startServer } from './server.mjs'

let server
before(async () => { server = await startServer() })
after(() => server.stop())

test('each construct gives what a person counts', async () => {
  const day = 86400000, t = (d, s = 0) => new Date(Date.parse('2026-01-01T00:00:00Z') + d * day + s * 1000).toISOString()
  const metrics = {
    quant: ['p95(buy.amount)', 'Duration'], first: ['first(buy.amount)', 'Revenue'], last: ['last(buy.amount)', 'Revenue'],
    distinct: ['count_distinct(buy.sku)', 'Count'], arith: ['(sum(buy.amount) - 2 * count(buy)) / 10', 'Revenue'],
    funnel: ['funnel(view, buy)', 'Rate'], ret: ['retention(view, 7d, 14d)', 'Rate'], tt: ['time_to(buy)', 'Duration'],
    ratio: ['sum(buy.amount) / count(view)', 'Revenue'], filt: ['sum(buy.amount where amount > 10 and country in ("DE","FR"))', 'Revenue'],
    min: ['min(buy.amount)', 'Revenue'], max: ['max(buy.amount)', 'Revenue'], avg: ['avg(buy.amount)', 'Revenue'], exists: ['exists(buy)', 'Rate'],
    within: ['count(buy within 1d)', 'Count'],
  }
  const list = Object.entries(metrics).map(([name, [calculation, type]]) => ({ name, calculation, type, unit: 'x' }))
  list.push({ name: 'win', type: 'Revenue', calculation: 'sum(buy.amount)', window: '1d', unit: 'EUR' }, { name: 'delay', type: 'Revenue', calculation: 'sum(buy.amount)', delay: '1d', unit: 'EUR' },
    { name: 'cap', type: 'Revenue', calculation: 'sum(buy.amount)', cap: 20, unit: 'EUR', direction: 'decrease' }, { name: 'capq', type: 'Revenue', calculation: 'sum(buy.amount)', cap_quantile: 0.9, lookback: '3d', unit: 'EUR' })
  const made = await server.call('POST', '/api/v1/import', { metrics: list, experiments: [{ name: 'e', type: 'AB', status: 'Running', description: 'd', start_date: t(-5), variants: [{ name: 'a' }, { name: 'b' }], traffic_allocation: { a: 50, b: 50 }, success_metrics: { primary_metric: 'exists', secondary_metrics: list.map((m) => m.name).filter((n) => n !== 'exists'), minimum_sample_size: 10 } }] })
  assert.equal(made.status, 200, made.text)
  const exposures = [], events = []
  for (let i = 0; i < 200; i++) {
    const user_id = 'u' + i, k = i >> 1
    exposures.push({ experiment_id: 'e', user_id, variant: i % 2 ? 'b' : 'a', timestamp: t(0) })
    events.push({ user_id, name: 'view', timestamp: t(0, 10) })
    if (k < 40) events.push({ user_id, name: 'view', timestamp: t(8) })
    if (k < 60) events.push({ user_id, name: 'buy', timestamp: t(0, 60), properties: { amount: 5 + (k % 3), sku: 's1', country: 'DE' } }, { user_id, name: 'buy', timestamp: t(2), properties: { amount: 30 + k % 2, sku: k % 2 ? 's1' : 's2', country: k % 2 ? 'FR' : 'US' } })
  }
  await server.call('POST', '/api/v1/events', { exposures, events })
  let r
  for (let i = 0; i < 60; i++) { r = (await server.call('GET', '/api/v1/experiments/e/results?refresh=true')).json; if (r.health?.facts_behind === 0) break }
  // by hand, of a
  const K = [...Array(100).keys()], b = (k) => k < 60, a1 = (k) => 5 + (k % 3), a2 = (k) => 30 + (k % 2), mean = (f, among = () => true) => { const x = K.filter(among).map(f); return x.reduce((p, c) => p + c, 0) / x.length }
  const sum = (k) => b(k) ? a1(k) + a2(k) : 0
  const want = { first: mean(a1, b), last: mean(a2, b), distinct: mean((k) => b(k) ? (k % 2 ? 1 : 2) : 0), arith: mean((k) => (sum(k) - 2 * (b(k) ? 2 : 0)) / 10), funnel: .6, ret: .4, tt: 60,
    ratio: K.reduce((p, k) => p + sum(k), 0) / 140, filt: mean((k) => b(k) && k % 2 ? a2(k) : 0), min: mean(a1, b), max: mean(a2, b), avg: K.filter(b).reduce((p, k) => p + sum(k), 0) / 120, exists: .6, within: mean((k) => +b(k)), win: mean((k) => b(k) ? a1(k) : 0), delay: mean((k) => b(k) ? a2(k) : 0), cap: mean((k) => b(k) ? 20 : 0) }
  const rows = Object.fromEntries(r.results.filter((row) => row.variant === 'a').map((row) => [row.metric_name, row]))
  for (const [name, value] of Object.entries(want)) assert.ok(Math.abs(rows[name].mean_value - value) < 1e-9, `${name}: ${rows[name].mean_value}, not ${value}`)
  assert.deepEqual([rows.win.unit, rows.cap.direction, rows.exists.role, rows.win.role], ['EUR', 'decrease', 'primary', 'secondary'])
  const fields = ['id', 'experiment_id', 'variant', 'metric_name', 'sample_size', 'conversions', 'mean_value', 'variance', 'confidence_interval', 'p_value', 'lift', 'statistical_power', 'computed_at', 'data_window']
  for (const row of r.results) {
    for (const field of fields) assert.ok(field in row, field)
    assert.deepEqual([Object.keys(row.confidence_interval), Object.keys(row.data_window)], [['lower', 'upper'], ['start', 'end']])
    assert.ok(row.confidence_interval.lower <= row.mean_value && row.mean_value <= row.confidence_interval.upper, row.metric_name)
    assert.ok(row.sample_size > 0 && (row.is_control || row.p_value === null || (row.p_value >= 0 && row.p_value <= 1)))
  }
  assert.equal(r.results.length, 2 * list.length, 'one row for each metric and variant')
})

test('errors point at the character and say what was expected', async () => {
  const wrongs = {
    'sum(': 'character 5: found the end, expected the name of an event',
    'sum(buy.amount where amount > )': 'character 31: found ), expected a number, a text in quotes, true or false',
    'quantile(buy.amount, 2)': 'character 22: found 2, expected a quantile between 0 and 1, such as 0.95',
    'funnel(view)': 'character 12: found ), expected "," and the next step',
    'retention(view, 14d, 7d)': 'character 17: the window must end after it begins',
    'sum(buy.amount) +': 'character 18: found the end, expected a number or a call such as count(purchase)',
    'count(buy where country in ("DE"': 'character 33: found the end, expected ")"',
    'count(buy) / (3 - 3)': 'a division by zero gives nobody a value',
    'count(buy within 7x)': 'character 18: found 7, expected a duration such as 30m, 12h, 7d or 2w',
  }
  for (const [calculation, message] of Object.entries(wrongs)) {
    const told = await server.call('POST', '/api/v1/calculations', { name: 'x', type: 'Count', calculation })
    assert.deepEqual([told.status, told.json.pointer, told.json.message], [400, '/calculation', message])
    const preview = await server.call('POST', '/api/v1/metrics/preview', { name: 'x', type: 'Count', calculation })
    assert.deepEqual([preview.status, preview.json.message], [400, message])
  }
})
