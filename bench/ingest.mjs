// Events in batches over HTTP, as fast as they are acknowledged, with flags evaluated and results
// computed meanwhile. The load is sent by ingest_load, which costs next to nothing; beside it stands
// what the same server does with the same bodies when it refuses them unread. One JSON line a figure.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { adminKey, binary, startServer } from '../tests/e2e/server.mjs'

const seconds = Number(process.env.SECONDS_EACH ?? 20)
const connections = Number(process.env.CONNECTIONS ?? 16)
const batch = Number(process.env.BATCH ?? 500)
const users = 1_000_000
const loader = path.join(path.dirname(binary), 'bench/ingest_load')
if (!existsSync(loader)) throw new Error(`${loader} is not built`)
const run = promisify(execFile)
const server = await startServer()
const port = new URL(server.url).port
let next = 1

function figure(metric, value, unit, more) {
  console.log(JSON.stringify({ bench: 'ingest', metric, value: Number(value.toPrecision(4)), unit, ...more }))
}

async function send(key, duration, count = 0) {
  const { stdout } = await run(loader, [port, key, connections, batch, duration, next, count, users].map(String))
    .catch((error) => ({ stdout: error.stdout }))
  const got = JSON.parse(stdout)
  next = got.next_id
  return got
}

async function gauge(name) {
  const text = (await server.call('GET', '/metrics')).text
  return Number(text.match(new RegExp(`^${name} (.*)$`, 'm'))[1])
}

function serverCpuSeconds() {
  const fields = readFileSync(`/proc/${server.child.pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

async function define() {
  const document = {
    metrics: [{ name: 'revenue', type: 'Revenue', calculation: 'sum(purchase.amount)', aggregation: 'Average' }],
    experiments: [{
      id: '0190b000-0000-7000-8000-000000000001', name: 'under load', type: 'AB', status: 'Running',
      start_date: '2026-01-01T00:00:00Z', variants: [{ name: 'control' }, { name: 'treatment' }],
      traffic_allocation: { control: 50, treatment: 50 }, success_metrics: { primary_metric: 'revenue' },
    }],
    flags: [{ key: 'flag', name: 'Flag', type: 'Boolean', default_value: false, enabled: true, rollout_percentage: 50 }],
  }
  const imported = await server.call('POST', '/api/v1/import', document)
  if (imported.status !== 200) throw new Error(imported.text)
  for (let first = 0; first < 100_000; first += 1000) {
    await server.call('POST', '/api/v1/assignments', {
      assignments: Array.from({ length: 1000 }, (_, i) => ({
        experiment_id: document.experiments[0].id, user_id: `u${String(first + i).padStart(8, '0')}`,
      })),
    })
  }
  return document.experiments[0].id
}

/** Evaluates a flag a hundred times a second, and computes results as soon as the last are there. */
function query(experiment) {
  const seen = { evaluations: [], computations: [], going: true }
  const evaluate = async () => {
    for (let n = 0; seen.going; n++) {
      const begun = performance.now()
      await server.call('POST', '/ofrep/v1/evaluate/flags/flag', { context: { targetingKey: `u${n}` } })
      seen.evaluations.push(performance.now() - begun)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  const compute = async () => {
    while (seen.going) {
      const begun = performance.now()
      const answer = await server.call('GET', `/api/v1/experiments/${experiment}/results?refresh=true`)
      if (answer.status !== 200) throw new Error(answer.text)
      seen.computations.push(performance.now() - begun)
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
  }
  seen.done = Promise.all([evaluate(), compute()])
  return seen
}

const quantile = (list, share) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) * share)] ?? 0
const rounded = (value) => Number(value.toPrecision(3))

const refused = await send('not-a-key', Math.min(seconds, 3))
const limit = (refused.failed) / refused.seconds
figure('same bodies, refused unread', limit, 'events per second')
next = 1

async function measure(name, experiment) {
  const cpu = serverCpuSeconds()
  const before = await gauge('gosset_spool_facts')
  const seen = experiment ? query(experiment) : undefined
  const got = await send(adminKey, seconds)
  const waiting = await gauge('gosset_spool_facts')
  if (seen) {
    seen.going = false
    await seen.done
  }
  const spent = serverCpuSeconds() - cpu
  const begun = performance.now()
  while ((await gauge('gosset_spool_facts')) > 0) await new Promise((resolve) => setTimeout(resolve, 50))
  const drained = (performance.now() - begun) / 1000
  if (got.failed > 0 || got.duplicates > 0) throw new Error(JSON.stringify(got))
  figure(`acknowledged, ${name}`, got.accepted / got.seconds, 'events per second', {
    p50_ms: got.p50_ms, p99_ms: got.p99_ms, max_ms: got.max_ms, refused: got.refused,
    of_refused_unread: rounded(got.accepted / got.seconds / limit),
    server_cores: rounded(spent / got.seconds), server_us_per_event: rounded((spent * 1e6) / got.accepted), generator_cores: rounded(got.generator_cpu_seconds / got.seconds),
  })
  figure(`shipped to the ledger, ${name}`, (got.accepted + before - waiting) / got.seconds, 'events per second', {
    waiting, drained_after_seconds: rounded(drained),
    sustained: Math.round(got.accepted / (got.seconds + drained)),
  })
  if (seen) {
    figure('flag evaluation meanwhile', quantile(seen.evaluations, 0.99), 'ms at the 99th percentile',
      { p50_ms: rounded(quantile(seen.evaluations, 0.5)), count: seen.evaluations.length })
    figure('results computed meanwhile', quantile(seen.computations, 0.5), 'ms', { count: seen.computations.length })
  }
}

await measure('alone')
await measure('with queries', await define())

const again = next
next = 1
const resent = await send(adminKey, 30, Math.min(again - 1, 1_000_000))
figure('sent again, all duplicates', resent.duplicates / resent.seconds, 'events per second', { accepted: resent.accepted })
const status = readFileSync(`/proc/${server.child.pid}/status`, 'utf8')
figure('resident memory after the load', Number(status.match(/VmRSS:\s*(\d+)/)[1]) / 1024, 'MiB', { events: again - 1 })
await server.stop()
