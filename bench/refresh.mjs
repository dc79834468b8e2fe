// A refresh over HTTP, from the request to the answer, after 100,000 new events: PEOPLE (1000000)
// are exposed and have done EVENTS (10000000) things. One JSON line a figure.
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { adminKey, binary, startServer } from '../tests/e2e/server.mjs'

const people = Number(process.env.PEOPLE ?? 1e6)
const events = Number(process.env.EVENTS ?? 10e6)
const rounds = 5
const digits = 8 // of a user's number, as ingest_load writes it
const loader = path.join(path.dirname(binary), 'bench/ingest_load')
const run = promisify(execFile)
const server = await startServer()
const port = new URL(server.url).port
let sent = 0

function figure(metric, value, unit, more) {
  console.log(JSON.stringify({ bench: 'refresh', metric, value: Number(value.toPrecision(4)), unit, ...more }))
}

async function send(count) {
  const { stdout } = await run(loader, [port, adminKey, 16, 500, 600, sent + 1, count, people].map(String))
  sent += JSON.parse(stdout).accepted
  while (Number((await server.call('GET', '/metrics')).text.match(/^gosset_spool_facts (.*)$/m)[1]) > 0) await new Promise((resolve) => setTimeout(resolve, 50))
}

async function expose() {
  const timestamp = new Date(Date.now() - 86400000).toISOString()
  for (let first = 0; first < people; first += 10000) {
    const exposures = Array.from({ length: Math.min(10000, people - first) }, (_, i) => ({ experiment_id: 'e', user_id: `u${String(first + i).padStart(digits, '0')}`, variant: (first + i) % 2 ? 'a' : 'b', timestamp }))
    const answer = await server.call('POST', '/api/v1/events', { exposures })
    if (answer.status !== 202) throw new Error(answer.text)
  }
}

async function results() {
  const begun = performance.now()
  const { json, text } = await server.call('GET', '/api/v1/experiments/e/results?refresh=true')
  if (!json.results) throw new Error(text)
  return { seconds: (performance.now() - begun) / 1000, ...json.computation }
}

const metrics = [['bought', 'Rate', 'exists(purchase)'], ['purchases', 'Count', 'count(purchase)'], ['revenue', 'Revenue', 'sum(purchase)'], ['basket', 'Revenue', 'sum(purchase) / count(purchase)']]
const made = await server.call('POST', '/api/v1/import', {
  metrics: metrics.map(([name, type, calculation]) => ({ name, type, calculation, unit: 'users' })),
  experiments: [{
    name: 'e', type: 'AB', status: 'Running', description: 'many people', start_date: new Date(Date.now() - 2 * 86400000).toISOString(), variants: [{ name: 'a' }, { name: 'b' }],
    traffic_allocation: { a: 50, b: 50 }, success_metrics: { primary_metric: 'bought', secondary_metrics: ['purchases', 'revenue', 'basket'], minimum_sample_size: 100 },
  }],
})
if (made.status !== 200) throw new Error(made.text)
await expose()
await send(events)
const full = await results()
figure('results over HTTP, all facts', full.seconds, 's', { rows_read: full.rows_read, refresh: full.refresh, limit: 5 })
const refreshed = []
for (let i = 0; i < rounds; i++) {
  await send(100000)
  refreshed.push(await results())
}
const best = refreshed.reduce((a, b) => (b.seconds < a.seconds ? b : a))
figure('results over HTTP, after 100,000 new events', best.seconds, 's', { rows_read: best.rows_read, refresh: best.refresh, took_ms: best.took_ms, all: refreshed.map((one) => Number(one.seconds.toFixed(3))), limit: 0.2 })
await server.stop()
