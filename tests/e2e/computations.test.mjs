// What is being computed is seen from outside, and can be stopped; results leave as CSV.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { adminKey, binary, startServer } from './server.mjs'

let server
const gosset = (...args) => execFileSync(binary, [...args, '--url', server.url, '--key', adminKey], { encoding: 'utf8' })

before(async () => {
  server = await startServer()
  const made = await server.call('POST', '/api/v1/import', {
    metrics: [{ name: 'bought', type: 'Rate', calculation: 'exists(buy)', unit: 'users' }, { name: '=spent', type: 'Revenue', calculation: 'sum(buy.amount)', unit: 'USD' }],
    experiments: [{
      name: 'e', type: 'AB', status: 'Running', description: 'to compute', start_date: '2026-01-01T00:00:00Z',
      variants: [{ name: 'control' }, { name: 'new, "bold"' }], traffic_allocation: { control: 50, 'new, "bold"': 50 },
      success_metrics: { primary_metric: 'bought', secondary_metrics: ['=spent'], minimum_sample_size: 100 },
    }],
  })
  assert.equal(made.status, 200, made.text)
  const users = Array.from({ length: 2000 }, (_, i) => `u${i}`)
  const exposures = users.map((user_id, i) => ({ experiment_id: 'e', user_id, variant: i % 2 ? 'control' : 'new, "bold"', timestamp: '2026-02-01T00:00:00Z' }))
  assert.equal((await server.call('POST', '/api/v1/events', { exposures })).status, 202)
  const events = users.map((user_id, i) => ({ user_id, name: 'buy', timestamp: '2026-02-02T00:00:00Z', properties: { amount: i % 50 } }))
  assert.equal((await server.call('POST', '/api/v1/events', { events })).status, 202)
})
after(() => server.stop())

test('what waits is listed and cancelled, and the others are computed', async () => {
  assert.match(gosset('computations'), /nothing is being computed/)
  const refresh = () => server.call('GET', '/api/v1/experiments/e/results?refresh=true')
  await refresh()
  let cancelled = 0
  for (let tries = 0; tries < 30 && cancelled === 0; tries++) {
    const asked = Array.from({ length: 12 }, refresh)
    for (let looks = 0; looks < 20 && cancelled === 0; looks++) {
      const { items } = (await server.call('GET', '/api/v1/computations')).json
      for (const item of items) {
        assert.equal(item.experiment, 'e')
        assert.match(item.state, /^(waiting|running|cancelled)$/)
        assert.ok(item.progress >= 0 && item.progress < 1)
      }
      const waiting = items.find((item) => item.state === 'waiting')
      if (waiting && (await server.call('DELETE', `/api/v1/computations/${waiting.id}`)).status === 204) cancelled++
    }
    const answers = await Promise.all(asked)
    const refused = answers.filter((answer) => answer.status !== 200)
    assert.ok(refused.length <= cancelled, refused[0]?.text)
    for (const answer of refused) assert.equal(answer.json.code, 'CANCELLED')
    if (cancelled > 0 && refused.length === 0) cancelled = 0 // it was done before it could be stopped
  }
  assert.equal(cancelled, 1, 'none could be cancelled')
  assert.equal((await server.call('DELETE', '/api/v1/computations/999999')).status, 404)
  assert.equal((await server.call('GET', '/api/v1/experiments/e/results')).json.results.length, 4)
})

test('results are CSV that spreadsheets read, and no formula', async () => {
  const { json } = await server.call('GET', '/api/v1/experiments/e/results')
  const answer = await server.call('GET', '/api/v1/experiments/e/results?format=csv')
  assert.equal(answer.headers.get('content-type'), 'text/csv; charset=utf-8')
  assert.equal(gosset('results', 'e', '--csv'), answer.text)
  assert.equal((await server.call('GET', '/api/v1/experiments/e/results', undefined, { accept: 'text/csv' })).text, answer.text)
  const lines = answer.text.trimEnd().split('\r\n').map((line) => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell]) => cell.replace(/^"|"$/g, '').replaceAll('""', '"')))
  const column = (name) => lines[0].indexOf(name)
  assert.equal(lines.length, 1 + json.results.length)
  json.results.forEach((row, i) => {
    const cells = lines[i + 1]
    assert.equal(cells[column('experiment')], 'e')
    assert.equal(cells[column('variant')], row.variant)
    assert.equal(cells[column('metric_name')], row.metric_name === '=spent' ? "'=spent" : row.metric_name)
    for (const name of ['sample_size', 'conversions', 'mean_value', 'variance', 'p_value']) assert.equal(Number(cells[column(name)]), row[name])
    assert.equal(Number(cells[column('confidence_interval_lower')]), row.confidence_interval.lower)
  })
})

test('a metric that is not stored is shown over the newest events', async () => {
  const preview = (body, query = '') => server.call('POST', `/api/v1/metrics/preview${query}`, { name: 'p', type: 'Count', ...body })
  const sum = (await preview({ calculation: 'sum(buy.amount)', window: '7d' })).json
  assert.deepEqual([sum.kind, sum.events, sum.units, sum.value, sum.share_of_zeros], ['mean', 2000, 2000, 24.5, 0.02])
  assert.ok(Math.abs(sum.deviation - Math.sqrt((2000 / 1999) * 208.25)) < 1e-9)
  assert.equal(sum.distribution.counts.reduce((a, b) => a + b) + sum.distribution.above, 2000)
  assert.equal(sum.edges.length, sum.distribution.counts.length + 1)
  assert.equal((await preview({ calculation: 'exists(buy where amount >= 40)', type: 'Rate' })).json.value, 0.2)
  assert.equal((await preview({ calculation: 'sum(buy.amount) / count(buy)', type: 'Revenue' })).json.value, 24.5)
  assert.equal((await preview({ calculation: 'count(nothing)' })).json.units, 0)
  assert.equal((await preview({ calculation: 'count(buy)' }, '?events=100')).json.units, 2000, 'all happened at one moment')
  const wrong = await preview({ calculation: 'sum(buy.amount' })
  assert.equal(wrong.status, 400)
  assert.equal(wrong.json.pointer, '/calculation')
  assert.equal((await preview({ calculation: 'count(buy)' }, '?events=0')).json.pointer, '/events')
  assert.match(gosset('preview', 'sum(buy.amount)'), /^mean 24\.5 over the 2000 users seen since 2026-02-02T00:00:00Z; 2000 of them have such an event \(2000 events\)\n[^]*####/)
})

test('what another experiment does to the effect, and slices that were not split as they should', async () => {
  const experiment = (name) => ({
    name, type: 'AB', status: 'Running', description: 'crossed', start_date: '2026-01-01T00:00:00Z', variants: [{ name: 'a' }, { name: 'b' }],
    traffic_allocation: { a: 50, b: 50 }, success_metrics: { primary_metric: 'clicked', minimum_sample_size: 100 },
  })
  const made = await server.call('POST', '/api/v1/import', {
    metrics: [{ name: 'clicked', type: 'Rate', calculation: 'exists(click)', unit: 'users' }], experiments: [experiment('one'), experiment('two')],
  })
  assert.equal(made.status, 200, made.text)
  const exposures = [], events = []
  const clicks = { aa: 10, ab: 20, ba: 30, bb: 90 } // of a hundred each
  for (const [cell, hits] of Object.entries(clicks))
    for (let i = 0; i < 100; i++) {
      const user_id = `x${cell}${i}`, timestamp = '2026-02-01T00:00:00Z'
      // in one country nine of ten are in a
      const country = cell[0] === 'a' ? (i < 90 ? 'DE' : 'FR') : i < 10 ? 'DE' : 'FR'
      exposures.push({ experiment_id: 'one', user_id, variant: cell[0], timestamp, attributes: { country } }, { experiment_id: 'two', user_id, variant: cell[1], timestamp })
      if (i < hits) events.push({ user_id, name: 'click', timestamp: '2026-02-02T00:00:00Z' })
    }
  exposures.push({ experiment_id: 'one', user_id: 'only in one', variant: 'b', timestamp: '2026-02-01T00:00:00Z' })
  assert.equal((await server.call('POST', '/api/v1/events', { exposures, events })).status, 202)
  for (let i = 0; i < 100; i++) if ((await server.call('GET', '/api/v1/experiments/one/results?refresh=true')).json.health.facts_behind === 0) break
  const { json } = await server.call('GET', '/api/v1/experiments/one/interactions?with=two')
  assert.deepEqual(json.cells.map(({ variant, other_variant, units, mean }) => [variant + other_variant, units, Math.round(mean * 100)]),
    Object.entries(clicks).map(([cell, hits]) => [cell, 100, hits]))
  assert.equal(json.pairs.length, 1)
  assert.ok(Math.abs(json.pairs[0].contrast - (0.9 - 0.2 - (0.3 - 0.1))) < 1e-12)
  assert.equal(json.alarm, true)
  assert.ok(json.independence_p > 0.9)
  assert.equal((await server.call('GET', '/api/v1/experiments/one/interactions?with=one')).json.pointer, '/with')
  await server.call('POST', '/api/v1/metrics', { name: 'slowest', type: 'Duration', calculation: 'p90(click.ms)', aggregation: 'Percentile' })
  const added = await server.call('PATCH', '/api/v1/experiments/one', { success_metrics: { primary_metric: 'clicked', secondary_metrics: ['slowest'], minimum_sample_size: 100 } })
  assert.equal(added.status, 200, added.text)
  const quantile = await server.call('GET', '/api/v1/experiments/one/interactions?with=two&metric=slowest')
  assert.deepEqual([quantile.status, quantile.json.pointer], [400, '/kind'])
  assert.equal((await server.call('GET', '/api/v1/experiments/one/interactions?with=gone')).status, 404)
  const slices = (await server.call('GET', '/api/v1/experiments/one/slices?by=country')).json
  assert.deepEqual(slices.sample_ratio.slice(0, 2).map(({ value, units, alarm }) => [value, units, alarm]), [['DE', 200, true], ['FR', 200, true]])
  assert.match(gosset('results', 'one', '--by', 'country'), /DE[^]*FR/)
  assert.match(gosset('results', 'one', '--with', 'two'), /b +b +100 +0.9/)
})

test('the steps of a funnel, the course and the spread are seen by variant', async () => {
  const made = await server.call('POST', '/api/v1/import', {
    metrics: [{ name: 'funnel', type: 'Rate', calculation: 'funnel(view, cart, pay)', unit: 'users' }],
    experiments: [{
      name: 'f', type: 'AB', status: 'Running', description: 'steps', start_date: '2026-01-01T00:00:00Z', variants: [{ name: 'a' }, { name: 'b' }],
      traffic_allocation: { a: 50, b: 50 }, success_metrics: { primary_metric: 'funnel', minimum_sample_size: 100 },
    }],
  })
  assert.equal(made.status, 200, made.text)
  const exposures = [], events = []
  for (let i = 0; i < 400; i++) {
    const user_id = `f${i}`, variant = i % 2 ? 'b' : 'a', k = i >> 1
    exposures.push({ experiment_id: 'f', user_id, variant, timestamp: '2026-02-01T00:00:00Z' })
    const step = (name, second) => events.push({ user_id, name, timestamp: `2026-02-02T00:00:0${second}Z` })
    if (k < 160) step('view', 1)
    if (k < (variant === 'a' ? 80 : 120)) step('cart', 2)
    if (k < 40) step('pay', k < 20 ? 3 : 0) // half of them paid before the rest: not in order
  }
  assert.equal((await server.call('POST', '/api/v1/events', { exposures, events })).status, 202)
  for (let i = 0; i < 100; i++) if ((await server.call('GET', '/api/v1/experiments/f/results?refresh=true')).json.health.facts_behind === 0) break
  const { funnel, variants } = (await server.call('GET', '/api/v1/experiments/f/distribution')).json
  assert.deepEqual(funnel.map(({ variant, units, steps }) => [variant, units, ...steps.map((it) => [it.event, it.units, it.share, it.of_first, it.conversion])]), [
    ['a', 200, ['view', 160, 0.8, 1, 0.8], ['cart', 80, 0.4, 0.5, 0.5], ['pay', 20, 0.1, 0.125, 0.25]],
    ['b', 200, ['view', 160, 0.8, 1, 0.8], ['cart', 120, 0.6, 0.75, 0.75], ['pay', 20, 0.1, 0.125, 1 / 6]],
  ])
  // Wilson's interval of 80 of 160, as prop.test(80, 160, correct = FALSE) has it
  const { lower, upper } = funnel[0].steps[1].conversion_ci
  assert.ok(Math.abs(lower - 0.4233863) < 2e-4 && Math.abs(upper - 0.5766137) < 2e-4, `${lower} ${upper}`)
  assert.deepEqual(variants.map((it) => [it.share_of_zeros, it.min, it.max]), [[0.9, 0, 1], [0.9, 0, 1]])
  assert.equal((await server.call('GET', '/api/v1/experiments/e/distribution')).json.funnel, undefined)
  assert.match(gosset('results', 'f', '--distribution'), /a +view +160 +80 +100 +80[^]*b +cart +120 +60 +75 +75/)
  assert.match(gosset('results', 'f', '--series'), /2026-02-0[^]*funnel +a +200/)
  assert.match(gosset('results', 'f', '--novelty'), /b: the effect does not visibly change/)
})

test('a preview has its course by day, what could be detected, examples, and says what it wonders about', async () => {
  const preview = async (body) => (await server.call('POST', '/api/v1/metrics/preview', { name: 'p', type: 'Count', ...body })).json
  const bought = await preview({ calculation: 'sum(buy.amount)', type: 'Revenue' })
  const people = bought.units
  assert.deepEqual([people > 2000, bought.active], [true, 2000], 'also those who bought nothing')
  assert.deepEqual(bought.detectable.units_per_day, 24 * people, 'an hour at least')
  assert.deepEqual(bought.detectable.days.map((row) => row.units), [7, 14, 28].map((days) => days * 24 * people))
  // 2 (z 0.975 + z 0.8)^2 of variance and units of each group, R: power.t.test and by hand
  const mean = (24.5 * 2000) / people
  const variance = (people / (people - 1)) * (((208.25 + 24.5 ** 2) * 2000) / people - mean ** 2)
  const effect = 100 * (1.959963984540054 + 0.8416212335729143) * Math.sqrt((4 * variance) / (7 * 24 * people)) / mean
  assert.ok(Math.abs(bought.detectable.days[0].effect / effect - 1) < 1e-6, `${bought.detectable.days[0].effect} ${effect}`)
  assert.deepEqual(bought.examples.map((row) => row.value).filter((_, i) => i % 5 === 0), [49, 0])
  assert.match(bought.examples[0].unit, /^u\d+$/)
  assert.deepEqual(bought.warnings.map((row) => row.code), ['short_span'])
  assert.equal((await preview({ calculation: 'sum(buy.amount) / count(buy)' })).examples[0].value, 49)
  const visits = []
  for (let day = 10; day < 20; day++)
    for (let i = 0; i < 150; i++) visits.push({ user_id: `v${i}`, name: 'visit', timestamp: `2026-02-${day}T0${i % 10}:00:00Z`, properties: { pages: day, plan: 'free' } })
  assert.equal((await server.call('POST', '/api/v1/events', { events: visits })).status, 202)
  await server.call('GET', '/api/v1/experiments/e/results?refresh=true')
  const sum = await preview({ calculation: 'sum(visit.pages)' })
  assert.deepEqual(sum.trend, Array.from({ length: 10 }, (_, i) => ({ date: `2026-02-${10 + i}`, value: 10 + i, units: 150 })), 'each day by its own events')
  assert.deepEqual([sum.units, sum.value, sum.from, sum.to], [150, 145, '2026-02-10T00:00:00Z', '2026-02-19T09:00:00Z'])
  assert.deepEqual(sum.warnings, [])
  const share = await preview({ calculation: 'exists(visit where pages >= 15)', type: 'Rate' })
  assert.deepEqual(share.trend.map((day) => day.value), [0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
  const told = async (calculation) => (await preview({ calculation })).warnings.map((row) => `${row.code}: ${row.message}`).filter((row) => !row.startsWith('short_span'))
  assert.deepEqual(await told('sum(buy.amuont)'), ['unknown_property: no event "buy" has the property "amuont"; known are amount', 'nothing_counts: no event that was read passes the filters'])
  assert.deepEqual(await told('count(bye)'), ['unknown_event: no event "bye" has come; known are buy, click, view, cart, pay, visit'])
  assert.deepEqual(await told('funnel(visit, carted)'), ['unknown_event: no event "carted" has come; known are buy, click, view, cart, pay, visit'])
  assert.deepEqual(await told('sum(visit.plan)'), ['property_is_text: plan of the event "visit" has come only as text, never as a number', 'nothing_counts: no event that was read passes the filters'])
  assert.deepEqual(await told('count(visit where paln = "free")'), ['unknown_property: no event "visit" has the property "paln"; known are plan, pages', 'nothing_counts: no event that was read passes the filters'])
  const drawn = gosset('preview', 'sum(visit.pages where pages > 12)')
  assert.match(drawn, /2026-02-19 +19 +150/)
  assert.match(gosset('preview', 'sum(buy.amount)'), /in 28 days +\d/)
  assert.match(gosset('preview', 'count(bye)'), /no event "bye" has come; known are buy, click, view, cart, pay, visit/)
})

test('a preview is over everybody who was seen, not only over those who did what it counts', async () => {
  const at = (day) => `2026-03-${day}T00:00:00Z`
  const event = (user_id, name, day, properties) => ({ user_id, name, timestamp: at(day), properties })
  const events = [
    event('before', 'glance', '01'),
    ...Array.from({ length: 3 }, (_, i) => event(`g${i}`, 'order', '02', { total: 10 })),
    ...Array.from({ length: 10 }, (_, i) => event(`g${i}`, 'glance', i < 6 ? '02' : '03')),
  ]
  assert.equal((await server.call('POST', '/api/v1/events', { events })).status, 202)
  await server.call('GET', '/api/v1/experiments/e/results?refresh=true')
  const preview = async (calculation, type) => (await server.call('POST', '/api/v1/metrics/preview', { name: 'p', type, calculation })).json
  const rate = await preview('exists(order)', 'Rate')
  assert.deepEqual([rate.value, rate.units, rate.active, rate.events], [0.3, 10, 3, 3], 'whoever was there only before the first order does not count')
  assert.deepEqual(rate.trend, [{ date: '2026-03-02', value: 0.5, units: 6 }, { date: '2026-03-03', value: 0, units: 4 }], 'a day without orders is a day of zero')
  assert.deepEqual((await preview('sum(order.total)', 'Revenue')).value, 3)
})

test('a result says whether all facts were read for it, or only what came since', async () => {
  const events = Array.from({ length: 30 }, (_, i) => ({ user_id: `u${i}`, name: 'buy', timestamp: '2026-02-03T00:00:00Z', properties: { amount: 1 } }))
  assert.equal((await server.call('POST', '/api/v1/events', { events })).status, 202)
  const { computation } = (await server.call('GET', '/api/v1/experiments/e/results?refresh=true')).json
  assert.deepEqual([computation.refresh, computation.rows_read], ['incremental', 30])
  assert.ok(computation.took_ms >= 0)
  assert.deepEqual((await server.call('GET', '/api/v1/experiments/e/results')).json.computation, computation)
  assert.equal((await server.call('POST', '/api/v1/experiments/e/verify')).json.same, true)
  const [verified, refreshed] = (await server.call('GET', '/api/v1/computations?recent=true')).json.items
  assert.deepEqual([verified.state, verified.refresh, verified.rows_read, verified.progress], ['done', 'full', 4030, 1])
  assert.deepEqual([refreshed.refresh, refreshed.rows_read, refreshed.experiment], ['incremental', 30, 'e'])
  assert.match(gosset('computations', '--recent'), /refresh +rows read +ms\n[^]*e +done +\S+ +full +4030 +\d+\n[^]*incremental +30 /)
  assert.match(server.output(), /computed results[^\n]*e in production: incremental, 30 rows read, \d+ ms/)
})

test('a preview and the course of an effect wait their turn too, are listed, and can be cancelled', async () => {
  const looks = {
    p: () => server.call('POST', '/api/v1/metrics/preview', { name: 'p', type: 'Count', calculation: 'sum(buy.amount)' }),
    f: () => server.call('GET', '/api/v1/experiments/f/novelty'),
  }
  for (const [name, look] of Object.entries(looks)) {
    assert.equal((await look()).status, 200)
    assert.deepEqual((await server.call('GET', '/api/v1/computations?recent=true')).json.items.slice(0, 1).map((item) => [item.experiment, item.state]), [[name, 'done']])
    let refused
    for (let tries = 0; tries < 40 && refused !== 'CANCELLED'; tries++) {
      const others = [server.call('GET', '/api/v1/experiments/e/results?refresh=true')]
      let over = false
      const asked = look().finally(() => { over = true })
      others.push(server.call('GET', '/api/v1/experiments/e/results?refresh=true'))
      while (!over) {
        const waiting = (await server.call('GET', '/api/v1/computations')).json.items.find((item) => item.experiment === name)
        if (waiting && (await server.call('DELETE', `/api/v1/computations/${waiting.id}`)).status === 204) break
      }
      refused = (await asked).json.code
      await Promise.all(others)
    }
    assert.equal(refused, 'CANCELLED', name)
  }
})
