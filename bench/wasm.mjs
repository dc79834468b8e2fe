// What the engine in WebAssembly weighs, how soon it decides, and how fast, with 1,000 flags. One
// JSON line per figure; the limit is part of the line. Times are medians.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { Engine } from '../sdk/js/src/index.js'

const limits = { wasm_bytes: 200_000, wasm_gzip_bytes: 90_000 }
let passed = true

function figure(metric, value, unit, more = {}) {
  const limit = limits[metric]
  const holds = limit === undefined || value <= limit
  passed &&= holds
  console.log(JSON.stringify({ bench: 'wasm', metric, value: Number(value.toPrecision(4)), unit, ...(limit && { limit, holds }), ...more }))
}

async function median(rounds, once) {
  const times = []
  for (let i = 0; i < rounds; i++) {
    const start = performance.now()
    await once(i)
    times.push(performance.now() - start)
  }
  return times.sort((a, b) => a - b)[rounds >> 1]
}

const wasm = readFileSync(new URL('../sdk/js/dist/gosset.wasm', import.meta.url))
figure('wasm_bytes', wasm.length, 'bytes')
figure('wasm_gzip_bytes', gzipSync(wasm, { level: 9 }).length, 'bytes')
figure('start_first_ms', await median(1, () => Engine.create()), 'ms')
figure('start_ms', await median(21, () => Engine.create()), 'ms')

const countries = ['DE', 'FR', 'US']
const flags = Array.from({ length: 1000 }, (_, i) => ({
  key: `flag-${i}`, type: 'Boolean', enabled: true, default_value: false, rollout_percentage: 50,
  targeting_rules: { segments: [], attributes: { country: countries.slice(0, 1 + (i % 3)), plan: 'pro' } },
}))
const text = JSON.stringify({ flags })
const engine = await Engine.create()
figure('compile_1000_flags_ms', await median(11, () => engine.compile(text).close()), 'ms')
const rules = engine.compile(text)
const context = { targetingKey: 'u-17', country: 'DE', plan: 'pro', age: 33, version: '2.1.0', beta: true, city: 'Berlin', os: 'linux' }
const each = 1000
const ms = await median(101, (round) => {
  for (let i = 0; i < each; i++) rules.flag(`flag-${(i * 7 + round) % 1000}`, context)
})
figure('decide_us', ms, 'us', { note: 'the context written, bound and decided, the answer read: 8 attributes, 1,000 flags' })
process.exitCode = passed ? 0 : 1
