// From sending a change to its notice at each of 1,000 stream clients on loopback, and what an idle
// stream costs. One JSON line per figure; the limit is part of the line.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import { fileURLToPath } from 'node:url'
import { adminKey, startServer } from '../tests/e2e/server.mjs'

const clients = Number(process.env.STREAMS ?? 1000)
const rounds = 20
const server = await startServer()
const { hostname, port } = new URL(server.url)

function figure(metric, value, unit, more) {
  console.log(JSON.stringify({ bench: 'streams', metric, value: Number(value.toPrecision(4)), unit, clients, ...more }))
}

const resident = () => Number(readFileSync(`/proc/${server.child.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1])

await server.call('POST', '/api/v1/flags', { key: 'f', name: 'f', type: 'Boolean', default_value: false, enabled: true })
const bulk = await server.call('POST', '/ofrep/v1/evaluate/flags', { context: { targetingKey: 'u' } }, { origin: 'http://bench' })
const target = bulk.json.eventStreams[0].endpoint.requestUri
const before = resident()

const sockets = await Promise.all(Array.from({ length: clients }, () => new Promise((resolve, reject) => {
  const socket = net.connect(Number(port), hostname, () => socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`))
  socket.once('data', () => {
    socket.resume()
    resolve(socket)
  })
  socket.on('error', reject)
})))
await new Promise((resolve) => setTimeout(resolve, 500))
figure('memory of an idle stream', (resident() - before) / clients, 'KiB')

for (const socket of sockets) socket.destroy()
const told = JSON.parse(await new Promise((resolve, reject) => {
  const args = [fileURLToPath(new URL('streams_client.py', import.meta.url)), hostname, port, target, adminKey, clients, rounds]
  execFile('python3', args.map(String), { maxBuffer: 64 << 20 }, (error, out) => (error ? reject(error) : resolve(out)))
}))
const delays = told.seen
const answered = told.answered
delays.sort((a, b) => a - b)
answered.sort((a, b) => a - b)
figure('change answered, p50', answered[rounds / 2], 'ms')
figure('change seen, p50', delays[Math.floor(delays.length * 0.5)], 'ms')
figure('change seen, p99', delays[Math.floor(delays.length * 0.99)], 'ms', { limit: 50 })
figure('change seen, last', delays.at(-1), 'ms')
await server.stop()
