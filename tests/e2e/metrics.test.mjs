// /metrics as Prometheus reads it: promtool finds nothing to complain about, and what counts moves.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { startServer } from './server.mjs'

let server
before(async () => {
  server = await startServer()
  await server.call('POST', '/api/v1/flags', { key: 'seen', name: 'seen', type: 'Boolean', enabled: true, default_value: false, rollout_percentage: 50 })
  await server.call('POST', '/ofrep/v1/evaluate/flags/seen', { context: { targetingKey: 'u1' } })
  await server.call('POST', '/api/v1/events', { events: [{ event_id: 'm1', user_id: 'u1', name: 'seen' }] })
})
after(() => server.stop())

const value = (page, name) => Number(page.match(new RegExp(`^${name} (\\S+)$`, 'm'))?.[1])

const hasPromtool = spawnSync('promtool', ['--version']).status === 0
test('promtool accepts the page', { skip: hasPromtool ? false : 'promtool is not installed' }, async () => {
  const page = await server.call('GET', '/metrics')
  assert.equal(page.status, 200)
  assert.match(page.headers.get('content-type'), /^text\/plain; version=0\.0\.4/)
  assert.equal(execFileSync('promtool', ['check', 'metrics'], { input: page.text, encoding: 'utf8' }), '')
})

test('every counter of the table is on the page, with its help', async () => {
  const { text } = await server.call('GET', '/metrics')
  const table = readFileSync(new URL('../../src/api/telemetry.def', import.meta.url), 'utf8')
  const names = [...table.matchAll(/^COUNTER\((\w+),/gm)].map((found) => found[1])
  assert.ok(names.length >= 10)
  for (const name of names) {
    assert.match(text, new RegExp(`^# HELP gosset_${name}_total .`, 'm'))
    assert.match(text, new RegExp(`^# TYPE gosset_${name}_total counter$`, 'm'))
  }
})

test('decisions, events and duplicates are counted', async () => {
  const before = (await server.call('GET', '/metrics')).text
  await server.call('POST', '/ofrep/v1/evaluate/flags/seen', { context: { targetingKey: 'u2' } })
  await server.call('POST', '/api/v1/events', { events: [{ event_id: 'm1', user_id: 'u1', name: 'seen' }, { event_id: 'm2', user_id: 'u1', name: 'seen' }] })
  const after = (await server.call('GET', '/metrics')).text
  const moved = (name) => value(after, name) - value(before, name)
  assert.equal(moved('gosset_decisions_total'), 1)
  assert.equal(moved('gosset_events_accepted_total'), 1)
  assert.equal(moved('gosset_events_duplicate_total'), 1)
})
