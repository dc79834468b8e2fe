// While 10,000 streams idle, one key floods from 32 connections with as much as they take. How long do single
// evaluations of another key take, asked one after the other by a process that does nothing else? What do the
// streams cost, and what is left when all are gone? One JSON line per figure; the limit is part of the line.
import { spawn } from 'node:child_process'
import { readFileSync, readdirSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startServer } from '../tests/e2e/server.mjs'

const STREAMS = Number(process.env.STREAMS ?? 10_000)
const ASKED = 3000
let passed = true
function figure(metric, value, unit, limit, more = {}) {
  const ok = limit === undefined || value <= limit
  passed &&= ok
  console.log(JSON.stringify({ bench: 'abuse', metric, value: Number(value.toPrecision(4)), unit, ...(limit !== undefined && { limit, ok }), ...more }))
}

/** Asks one after the other over one connection and prints the times in ms. */
const asker = `
const http = require('node:http')
const [url, key, count] = process.argv.slice(1)
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
const once = () => new Promise((resolve, reject) => {
  const start = process.hrtime.bigint()
  const request = http.request(url, { method: 'POST', agent, headers: { authorization: 'Bearer ' + key, 'content-type': 'application/json' } }, (got) => {
    got.resume()
    got.on('end', () => got.statusCode === 200 ? resolve(Number(process.hrtime.bigint() - start) / 1e6) : reject(new Error('status ' + got.statusCode)))
  })
  request.on('error', reject)
  request.end('{"context":{"targetingKey":"u1"}}')
})
;(async () => {
  const times = []
  for (let i = 0; i < Number(count); i++) { times.push(await once()); await new Promise((resolve) => setTimeout(resolve, 2)) }
  console.log(JSON.stringify(times))
})()`

const server = await startServer({ args: ['--rate-limit-per-key', '1000'] })
const { hostname, port } = new URL(server.url)
const status = (name) => Number(readFileSync(`/proc/${server.child.pid}/status`, 'utf8').match(new RegExp(`${name}:\\s+(\\d+)`))[1])
const descriptors = () => readdirSync(`/proc/${server.child.pid}/fd`).length
const keyOf = async (name) => (await server.call('POST', '/api/v1/keys', { name, scope: 'server' })).json.key
const [flooder, other] = [await keyOf('flood'), await keyOf('other')]
await server.call('POST', '/api/v1/flags', { key: 'f', name: 'f', type: 'Boolean', default_value: false, enabled: true, rollout_percentage: 50 })

async function percentiles(count = ASKED) {
  const child = spawn(process.execPath, ['-e', asker, `${server.url}/ofrep/v1/evaluate/flags/f`, other, String(count)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (chunk) => { text += chunk })
  await new Promise((resolve) => child.on('exit', resolve))
  const times = JSON.parse(text).sort((a, b) => a - b)
  return { p50: times[count >> 1], p99: times[Math.floor(count * 0.99)] }
}

await percentiles(200)
const quiet = await percentiles()
figure('other key, nobody else, p99', quiet.p99, 'ms', undefined, { p50: Number(quiet.p50.toPrecision(3)) })

const bulk = await server.call('POST', '/ofrep/v1/evaluate/flags', { context: {} }, { origin: 'http://bench' })
const target = bulk.json.eventStreams[0].endpoint.requestUri
const [openBefore, memoryBefore] = [descriptors(), status('VmRSS')]
const streams = []
const open = () => new Promise((resolve, reject) => {
  const socket = net.connect(Number(port), hostname, () => socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`))
  socket.once('data', () => { socket.resume(); resolve(socket) })
  socket.on('error', reject)
})
while (streams.length < STREAMS) streams.push(...await Promise.all(Array.from({ length: Math.min(200, STREAMS - streams.length) }, open)))
figure('memory of an idle stream', (status('VmRSS') - memoryBefore) / STREAMS, 'KiB', 20, { streams: STREAMS })

const folder = mkdtempSync(path.join(tmpdir(), 'gosset-abuse-'))
writeFileSync(path.join(folder, 'flood.lua'), `wrk.method = "POST"\nwrk.headers["Authorization"] = "Bearer ${flooder}"\nwrk.body = "{}"\nwrk.headers["Content-Type"] = "application/json"\n`)
const flood = spawn('wrk', ['-t1', '-c32', '-d60s', '-s', path.join(folder, 'flood.lua'), `${server.url}/ofrep/v1/evaluate/flags/f`], { stdio: 'ignore' })
await new Promise((resolve) => setTimeout(resolve, 1000))
const flooded = await percentiles()
figure('other key, during the flood, p99', flooded.p99, 'ms', 20, { p50: Number(flooded.p50.toPrecision(3)), streams: STREAMS })
flood.kill()
for (const socket of streams) socket.destroy()
await new Promise((resolve) => setTimeout(resolve, 3000))
figure('descriptors left open', Math.max(0, descriptors() - openBefore - 4), 'descriptors', 0)
figure('memory left', Math.max(0, status('VmRSS') - memoryBefore) / 1024, 'MiB', 64)
await server.stop()
rmSync(folder, { recursive: true, force: true })
process.exitCode = passed ? 0 : 1
