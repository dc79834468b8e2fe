// Bounded abuse on loopback: slow heads, idle streams, a flood by one key, forms of smuggling. Others
// are served all the while, and nothing is left behind.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import net from 'node:net'
import { after, before, test } from 'node:test'
import { startServer } from './server.mjs'

let server
let key
const descriptors = () => readdirSync(`/proc/${server.child.pid}/fd`).length
const resident = () => Number(readFileSync(`/proc/${server.child.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1])

function connect(text) {
  const { hostname, port } = new URL(server.url)
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), hostname, () => { if (text) socket.write(text); resolve(socket) })
    socket.on('error', () => {})
    socket.once('error', reject)
    socket.heard = ''
    socket.on('data', (chunk) => { socket.heard += chunk })
  })
}

async function evaluate(authorization = `Bearer ${key}`) {
  const answer = await fetch(`${server.url}/ofrep/v1/evaluate/flags/f`, { method: 'POST', headers: { authorization } })
  await answer.arrayBuffer()
  return answer.status
}

async function until(what, holds) {
  for (let i = 0; i < 100; i++) {
    if (holds()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail(what)
}

before(async () => {
  server = await startServer({ args: ['--rate-limit-per-key', '200'] })
  key = (await server.call('POST', '/api/v1/keys', { name: 'app', scope: 'server' })).json.key
  await server.call('POST', '/api/v1/flags', { key: 'f', name: 'f', type: 'Boolean', default_value: false, enabled: true })
  assert.equal(await evaluate(), 200)
})
after(() => server.stop())

test('slow heads, slow bodies and silent connections hold nobody up, and leave nothing behind', async () => {
  const slow = (await server.call('POST', '/api/v1/keys', { name: 'slow', scope: 'server' })).json.key
  const before = descriptors()
  const sockets = await Promise.all(Array.from({ length: 600 }, (_, i) => connect([
    undefined,
    'POST /ofrep/v1/evaluate/flags HTTP/1.1\r\nHost: x\r\nX-Slow: ',
    `POST /ofrep/v1/evaluate/flags HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${slow}\r\nContent-Length: 1000\r\n\r\n{`,
  ][i % 3])))
  for (let i = 0; i < 50; i++) assert.equal(await evaluate(), 200)
  for (const socket of sockets) socket.destroy()
  await until('descriptors are left open', () => descriptors() <= before + 5)
})

test('thousands of idle streams cost little, and go without a trace', async () => {
  const bulk = await server.call('POST', '/ofrep/v1/evaluate/flags', { context: {} }, { origin: 'http://shop' })
  const target = bulk.json.eventStreams[0].endpoint.requestUri
  const [before, memory] = [descriptors(), resident()]
  const streams = []
  for (let i = 0; i < 2000; i += 200)
    streams.push(...await Promise.all(Array.from({ length: 200 }, () => connect(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`))))
  await until('the streams do not begin', () => streams.every((socket) => socket.heard.includes('retry:')))
  assert.ok(resident() - memory < 40 * 1024, `${resident() - memory} KiB for 2,000 streams`)
  assert.equal(await evaluate(), 200)
  for (const socket of streams) socket.destroy()
  await until('descriptors are left open', () => descriptors() <= before + 5)
})

test('a flood by one key is answered with 429, and other keys do not notice (O14)', async () => {
  const flooder = (await server.call('POST', '/api/v1/keys', { name: 'flood', scope: 'server' })).json.key
  // Requests that wait in one connection come as fast as the server takes them, on any machine.
  const one = `POST /ofrep/v1/evaluate/flags/f HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${flooder}\r\nContent-Length: 0\r\n\r\n`
  const flood = await connect(one.repeat(5000))
  for (let i = 0; i < 100; i++) assert.equal(await evaluate(), 200)
  await until('nothing was refused', () => /HTTP\/1\.1 429 [\s\S]*\r\n\r\n\{/.test(flood.heard))
  const refused = flood.heard.slice(flood.heard.indexOf('HTTP/1.1 429 '))
  assert.match(refused, /\r\nRetry-After: \d+\r\n/)
  assert.match(refused, /\r\nContent-Type: application\/json[^]*"errorDetails":/)
  flood.destroy()
})

test('a request inside a request is never answered', async () => {
  const hidden = `GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n`
  for (const head of [
    `POST /ofrep/v1/evaluate/flags HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `POST /ofrep/v1/evaluate/flags HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 0\r\n\r\n`,
    `GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\rContent-Length: 40\r\n\r\n`,
    `GET /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n`,
    `GET /healthz HTTP/1.1\nHost: x\n\n`,
  ]) {
    const socket = await connect(head + hidden)
    await new Promise((resolve) => { socket.on('close', resolve); socket.end() })
    assert.match(socket.heard, /^HTTP\/1\.1 400 /)
    assert.ok(!socket.heard.includes('HTTP/1.1 200'), head)
  }
})

test('huge heads and bodies are refused in words', async () => {
  const head = await connect(`GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(70000)}\r\n\r\n`)
  await until('no answer', () => head.heard.includes('\r\n\r\n'))
  assert.match(head.heard, /^HTTP\/1\.1 431 /)
  head.destroy()
  const body = await connect(`POST /ofrep/v1/evaluate/flags HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Length: 99999999\r\n\r\n`)
  await until('no answer', () => body.heard.includes('\r\n\r\n'))
  assert.match(body.heard, /^HTTP\/1\.1 413 [\s\S]*"errorCode"/)
  body.destroy()
})
