// See clock.sh.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import net from 'node:net'
import { after, before, test } from 'node:test'
import { startServer } from '../e2e/server.mjs'

const day = 86400
const set = (seconds) => writeFileSync(process.env.CLOCK_FILE, `${seconds}\n`)
const id = '0190b000-0000-7000-8000-000000000001'
let server

before(async () => {
  set(0)
  server = await startServer({ args: ['--rate-limit-per-key', '50'], env: { LD_PRELOAD: process.env.CLOCK_SHIM } })
  const imported = await server.call('POST', '/api/v1/import', {
    flags: [{ key: 'f', type: 'Boolean', default_value: false, enabled: true }],
    metrics: [{ name: 'bought', type: 'Rate', calculation: 'exists(purchase)', aggregation: 'Average' }],
    experiments: [{
      id, name: 'one', type: 'AB', status: 'Running', start_date: '2026-01-01T00:00:00Z',
      variants: [{ name: 'control' }, { name: 'treatment' }], traffic_allocation: { control: 50, treatment: 50 },
      success_metrics: { primary_metric: 'bought' },
    }],
  })
  assert.equal(imported.status, 200, imported.text)
})
after(() => server.stop())

const decide = (headers) => server.call('POST', '/ofrep/v1/evaluate/flags', { context: { targetingKey: 'u' } }, headers)

async function stream() {
  const bulk = await decide({ origin: 'http://test' })
  const target = bulk.json.eventStreams[0].endpoint.requestUri
  let text = ''
  const socket = net.connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`))
  socket.on('data', (chunk) => { text += chunk })
  socket.on('error', () => {})
  const until = async (pattern) => {
    for (let i = 0; i < 60 && !pattern.test(text); i++) await new Promise((resolve) => setTimeout(resolve, 100))
    assert.match(text, pattern)
    text = ''
  }
  await until(/200 OK/)
  return { until, end: () => socket.destroy() }
}

for (const [what, offset] of [['forward', day], ['back', -day]]) {
  test(`a clock that jumps ${what} by a day stops no decision, assignment, event, stream or rate`, async () => {
    set(0)
    const first = await server.call('POST', '/api/v1/assignments', { experiment_id: id, user_id: what })
    assert.equal(first.status, 201, first.text)
    const { headers } = await decide()
    const open = await stream()
    set(offset)
    const same = await decide({ 'if-none-match': headers.get('etag') })
    assert.equal(same.status, 304)
    for (let i = 0; i < 30; i++) assert.equal((await decide()).status, 200, `decision ${i}`)
    const again = await server.call('POST', '/api/v1/assignments', { experiment_id: id, user_id: what })
    assert.equal(again.json.id, first.json.id)
    assert.equal((await server.call('POST', '/api/v1/events', { events: [{ user_id: what, name: 'purchase' }] })).status, 202)
    await server.call('PATCH', '/api/v1/flags/f', { description: what })
    await open.until(/data:/)
    open.end()
    ;(await stream()).end()
    assert.equal((await server.call('GET', '/readyz')).json.status, 'ready')
  })
}

test('the rate of a key holds after every jump', async () => {
  for (const offset of [0, day, 0, -day]) {
    set(offset)
    await new Promise((resolve) => setTimeout(resolve, 1100))
    const statuses = await Promise.all(Array.from({ length: 200 }, async () => (await decide()).status))
    assert.ok(statuses.includes(200), `none of 200 was let in at ${offset}`)
    assert.ok(statuses.includes(429), `all of 200 were let in at ${offset}`)
  }
})
