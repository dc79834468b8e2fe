// Assignments, evaluations and events over HTTP, measured by wrk on the other core and set against
// a fixed answer of the same server in the same run. One JSON line per figure.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { adminKey, startServer } from '../tests/e2e/server.mjs'

const seconds = Number(process.env.SECONDS_EACH ?? 5)
const experiments = 1000
const flags = 1000
const folder = mkdtempSync(path.join(tmpdir(), 'gosset-bench-'))
const server = await startServer()

function id(n) {
  return `0190b000-0000-7000-8000-${String(n).padStart(12, '0')}`
}

const document = {
  metrics: [{ name: 'bought', type: 'Rate', calculation: 'exists(purchase)', aggregation: 'Average' }],
  experiments: Array.from({ length: experiments }, (_, n) => ({
    id: id(n), name: `bench-${n}`, type: 'AB', status: 'Running', start_date: '2026-01-01T00:00:00Z',
    variants: [{ name: 'control' }, { name: 'treatment' }],
    traffic_allocation: { control: 50, treatment: 50 },
    success_metrics: { primary_metric: 'bought' },
  })),
  flags: Array.from({ length: flags }, (_, n) => ({
    key: `flag-${n}`, name: `Flag ${n}`, type: 'Boolean', default_value: false, enabled: true,
    rollout_percentage: n % 3 === 0 ? 100 : 50,
    targeting_rules: n % 5 === 0 ? { segments: [], attributes: { country: ['DE', 'FR', 'US'] } } : { segments: [], attributes: {} },
  })),
}
const imported = await server.call('POST', '/api/v1/import', document)
if (imported.status !== 200) throw new Error(imported.text)

/** Requests a second, and latencies in microseconds. `body` is Lua that returns the body of request n. */
function wrk(name, method, route, body) {
  const script = path.join(folder, 'script.lua')
  writeFileSync(script, `
local n = 0
local id = 0
function setup(thread) thread:set("id", id) id = id + 1 end
function init(args) n = id * 100000000 end
wrk.headers["Authorization"] = "Bearer ${adminKey}"
wrk.headers["Content-Type"] = "application/json"
function request()
  n = n + 1
  return wrk.format("${method}", ${route}, nil, ${body ?? 'nil'})
end
done = function(summary, latency, requests)
  io.write(string.format("RESULT %f %d %d %d %d\\n", summary.requests / (summary.duration / 1e6),
    latency:percentile(50), latency:percentile(95), latency:percentile(99), summary.errors.status))
end`)
  const output = execFileSync('wrk', ['-t1', '-c32', `-d${seconds}s`, '--latency', '-s', script, server.url], { encoding: 'utf8' })
  const [rate, p50, p95, p99, failed] = output.match(/RESULT (.*)/)[1].split(' ').map(Number)
  if (failed > 0) throw new Error(`${name}: ${failed} answers were errors`)
  return { rate, p50, p95, p99 }
}

function figure(metric, value, unit, more) {
  console.log(JSON.stringify({ bench: 'serving', metric, value: Number(value.toPrecision(4)), unit, ...more }))
}

function measure(metric, method, route, body, perRequest = 1) {
  const got = wrk(metric, method, route, body)
  figure(metric, got.rate * perRequest, 'per second', {
    p50_us: got.p50, p95_us: got.p95, p99_us: got.p99, of_fixed_answer: Number((got.rate / fixed.rate).toFixed(3)),
    per_hour_millions: Number(((got.rate * perRequest * 3600) / 1e6).toFixed(1)),
  })
}

const fixed = wrk('fixed answer', 'GET', '"/healthz"')
figure('fixed answer', fixed.rate, 'per second', { p50_us: fixed.p50, p95_us: fixed.p95, p99_us: fixed.p99 })
measure('flag evaluation', 'POST', '"/ofrep/v1/evaluate/flags/flag-" .. (n % 1000)',
  `'{"context":{"targetingKey":"u' .. (n % 100000) .. '","country":"DE","plan":"pro","version":"1.2.3"}}'`)
measure('all 1000 flags for one user', 'POST', '"/ofrep/v1/evaluate/flags"',
  `'{"context":{"targetingKey":"u' .. (n % 100000) .. '","country":"DE"}}'`, flags)
measure('assignment, first', 'POST', '"/api/v1/assignments"',
  `'{"experiment_id":"0190b000-0000-7000-8000-' .. string.format("%012d", n % 1000) .. '","user_id":"a' .. n .. '"}'`)
measure('assignment, repeated', 'POST', '"/api/v1/assignments"',
  `'{"experiment_id":"0190b000-0000-7000-8000-' .. string.format("%012d", n % 1000) .. '","user_id":"r' .. (n % 1000) .. '"}'`)
measure('assignment, in batches of 100', 'POST', '"/api/v1/assignments"',
  `(function() local t = {} for i = 1, 100 do t[i] = '{"experiment_id":"0190b000-0000-7000-8000-' .. string.format("%012d", (n * 100 + i) % 1000) .. '","user_id":"b' .. (n * 100 + i) .. '"}' end return '{"assignments":[' .. table.concat(t, ",") .. ']}' end)()`, 100)
measure('events, in batches of 500', 'POST', '"/api/v1/events"',
  `(function() local t = {} for i = 1, 500 do t[i] = '{"event_id":"' .. (n * 500 + i) .. '","user_id":"u' .. (i * 7 + n) % 100000 .. '","name":"purchase","value":12.5,"properties":{"amount":12.5}}' end return '{"events":[' .. table.concat(t, ",") .. ']}' end)()`, 500)

const status = execFileSync('sh', ['-c', `grep VmRSS /proc/${server.child.pid}/status`], { encoding: 'utf8' })
figure('resident memory after the load', Number(status.match(/(\d+) kB/)[1]) / 1024, 'MiB')
await server.stop()
rmSync(folder, { recursive: true, force: true })
