// A server without a ledger: it decides and assigns, and says clearly what it does not keep.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startServer } from './server.mjs'

let server
const id = '0190b000-0000-7000-8000-000000000001'

before(async () => {
  server = await startServer({ args: ['--ledger', 'none'] })
  const imported = await server.call('POST', '/api/v1/import', {
    flags: [{ key: 'on', type: 'Boolean', default_value: false, enabled: true }],
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

test('flags are decided and assignments stay', async () => {
  const flag = await server.call('POST', '/ofrep/v1/evaluate/flags/on', { context: { targetingKey: 'u' } })
  assert.equal(flag.json.value, true)
  const first = await server.call('POST', '/api/v1/assignments', { experiment_id: id, user_id: 'u' })
  const again = await server.call('POST', '/api/v1/assignments', { experiment_id: id, user_id: 'u' })
  assert.equal(first.status, 201)
  assert.equal(again.status, 200)
  assert.equal(again.json.id, first.json.id)
})

test('events and results are refused with the reason', async () => {
  const calls = [
    ['POST', '/api/v1/events', { events: [{ user_id: 'u', name: 'purchase' }] }],
    ['POST', '/v1/track', { userId: 'u', event: 'purchase' }],
    ['GET', `/api/v1/experiments/${id}/results?refresh=true`],
  ]
  for (const [method, path, body] of calls) {
    const got = await server.call(method, path, body)
    assert.equal(got.status, 409, `${path}: ${got.text}`)
    assert.equal(got.json.code, 'NOT_ALLOWED_NOW')
    assert.match(got.json.message, /ledger none/)
  }
})

test('it is ready, and nothing gathers in its spool', async () => {
  assert.equal((await server.call('GET', '/readyz')).json.status, 'ready')
  for (let i = 0; i < 50; i++) {
    const text = (await server.call('GET', '/metrics')).text
    if (/gosset_spool_facts 0\n/.test(text)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail('the spool still holds facts')
})
