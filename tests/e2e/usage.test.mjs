// What the server says of the use of its flags: last evaluations, stale flags, unknown keys, metrics.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { adminKey, binary, startServer } from './server.mjs'

const data = mkdtempSync(path.join(tmpdir(), 'gosset-usage-'))
const old = '2026-01-01T00:00:00Z'
let server

before(async () => {
  server = await startServer({ data, args: ['--metrics-by-flag', '1'] })
  const flag = (key, more) => ({ key, type: 'Boolean', default_value: false, enabled: true, created_at: old, ...more })
  const imported = await server.call('POST', '/api/v1/import', {
    flags: [
      flag('asked'), flag('never'), flag('fresh', { created_at: undefined }),
      flag('expired', { metadata: { expires: '2026-02-01' } }),
    ],
  })
  assert.equal(imported.status, 200, imported.text)
})

after(async () => {
  await server.stop()
  rmSync(data, { recursive: true, force: true })
})

const ask = (key) => server.call('POST', `/ofrep/v1/evaluate/flags/${key}`, { context: { targetingKey: 'u1' } })
const stale = async () => {
  const got = await server.call('GET', '/api/v1/reports/stale-flags?days=30')
  assert.equal(got.status, 200, got.text)
  return Object.fromEntries(got.json.items.map((item) => [item.key, item.reasons.map((reason) => reason.code)]))
}

test('flags that nobody asks for are stale, those that are asked for are not, and a restart forgets nothing', async () => {
  for (let i = 0; i < 3; i++) assert.equal((await ask('asked')).status, 200)
  assert.deepEqual(await stale(), { never: ['not_evaluated'], expired: ['not_evaluated', 'expired'] })
  await server.stop()
  server = await startServer({ data, args: ['--metrics-by-flag', '1'] })
  assert.deepEqual(await stale(), { never: ['not_evaluated'], expired: ['not_evaluated', 'expired'] })
  const rows = (await server.call('GET', '/api/v1/flags')).json.items
  assert.match(rows.find((row) => row.key === 'asked').last_evaluated_at, /^20/)
  assert.equal(rows.find((row) => row.key === 'never').last_evaluated_at, null)
  const again = await server.call('PUT', '/api/v1/flags/asked', rows.find((row) => row.key === 'asked'))
  assert.equal(again.status, 200, again.text)
})

test('days out of range are refused with their place', async () => {
  for (const days of ['0', '3651', 'x']) {
    const got = await server.call('GET', `/api/v1/reports/stale-flags?days=${days}`)
    assert.equal(got.status, 400)
    assert.equal(got.json.pointer, '/days')
  }
})

test('keys that no flag has are counted, until there is such a flag', async () => {
  for (let i = 0; i < 3; i++) assert.equal((await ask('checkuot')).status, 404)
  assert.equal((await ask('other')).status, 404)
  let got = (await server.call('GET', '/api/v1/reports/unknown-flags')).json
  assert.deepEqual(got.items.map((item) => [item.key, item.count, item.nearest]), [['checkuot', 3, null], ['other', 1, null]])
  await server.call('POST', '/api/v1/flags', { key: 'checkout', type: 'Boolean', default_value: false })
  await server.call('POST', '/api/v1/flags', { key: 'other', type: 'Boolean', default_value: false })
  got = (await server.call('GET', '/api/v1/reports/unknown-flags')).json
  assert.deepEqual(got.items.map((item) => [item.key, item.nearest]), [['checkuot', 'checkout']])
})

test('a flood of unknown keys is kept within bounds, and what is asked for again and again stays', async () => {
  for (let i = 0; i < 1200; i += 50) await Promise.all(Array.from({ length: 50 }, (_, j) => ask(`flood-${i + j}`)))
  const got = (await server.call('GET', '/api/v1/reports/unknown-flags')).json
  assert.ok(got.total <= 1000, `${got.total}`)
  assert.equal(got.items[0].key, 'checkuot')
})

test('decisions are counted by flag, variant and reason when that is asked for', async () => {
  await ask('asked')
  const text = await (await fetch(`${server.url}/metrics`)).text()
  assert.match(text, /gosset_decisions_total\{environment="production",flag="asked",variant="[^"]+",reason="[A-Z]+"\} \d+/)
  assert.equal(text.match(/# TYPE gosset_decisions_total counter/g).length, 1)
  if (spawnSync('promtool', ['--version']).status === 0)
    assert.equal(execFileSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' }), '')
})

test('the command line shows both reports', () => {
  const run = (...args) => execFileSync(binary, ['flags', ...args, '--url', server.url, '--key', adminKey], { encoding: 'utf8' })
  assert.match(run('stale'), /never.*not evaluated for \d+ days/)
  assert.match(run('unknown'), /checkuot/)
  assert.doesNotMatch(run('stale', '--days', '3650'), /never  +never/)
})
