// A bandit from its definition to its second split, as clients and the command line see it.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { after, before, test } from 'node:test'
import { adminKey, binary, startServer } from './server.mjs'

const run = promisify(execFile)
let server
const banner = (bandit) => ({
  name: 'Banner',
  status: 'Running',
  variants: [{ name: 'control' }, { name: 'green' }],
  traffic_allocation: { control: 50, green: 50 },
  success_metrics: { primary_metric: 'Bought' },
  bandit,
})
const gosset = async (...args) => (await run(binary, args, { env: { ...process.env, GOSSET_URL: server.url, GOSSET_KEY: adminKey } })).stdout

// Every tenth buys in control, every fifth in green.
async function visit(first, count) {
  const wanted = Array.from({ length: count }, (_, i) => ({ experiment_id: 'Banner', user_id: `u${first + i}` }))
  const { assignments } = (await server.call('POST', '/api/v1/assignments', { assignments: wanted })).json
  const events = assignments.filter((one, i) => i % (one.variant === 'control' ? 10 : 5) === 0).map((one) => ({ user_id: one.user_id, name: 'purchase' }))
  assert.equal((await server.call('POST', '/api/v1/events', { events })).status, 202)
  return assignments.filter((one) => one.variant === 'green').length / count
}

before(async () => {
  server = await startServer()
  await server.call('POST', '/api/v1/metrics', { name: 'Bought', type: 'Rate', calculation: 'exists(purchase)' })
})
after(() => server.stop())

test('a bandit that cannot be is refused at its field', async () => {
  const refused = async (bandit, pointer, rest = {}) => {
    const answer = await server.call('POST', '/api/v1/experiments', { ...banner(bandit), ...rest })
    assert.equal(answer.status, 400)
    assert.equal(answer.json.pointer, pointer)
  }
  await refused({ floor: 50 }, '/bandit/floor')
  await refused({ floor: 0 }, '/bandit/floor')
  await refused({ method: 'luck' }, '/bandit/method')
  await refused({}, '/bandit', { sticky: false })
})

test('decisions move new users to the better variant, and are on record', async () => {
  assert.equal((await server.call('POST', '/api/v1/experiments', banner({ floor: 5, minimum_units: 150 }))).status, 201)
  await visit(0, 200)
  await server.call('GET', '/api/v1/experiments/Banner/results?refresh=true')
  const early = await server.call('POST', '/api/v1/experiments/Banner/bandit')
  assert.equal(early.json.applied, false)
  assert.match(early.json.reason, /minimum_units/)
  await visit(200, 800)
  await server.call('GET', '/api/v1/experiments/Banner/results?refresh=true')
  const decision = (await server.call('POST', '/api/v1/experiments/Banner/bandit')).json
  assert.equal(decision.applied, true)
  assert.ok(decision.weights.green > 80 && decision.weights.green <= 95)
  assert.ok((await visit(2000, 400)) > 0.75)

  const log = (await server.call('GET', '/api/v1/experiments/Banner/bandit')).json
  assert.deepEqual(log.decisions, [decision])
  assert.deepEqual(log.weights, decision.weights)
  assert.ok(Date.parse(log.next_decision_at) > Date.now() + 23 * 3600e3)
  const experiment = (await server.call('GET', '/api/v1/experiments/Banner')).json
  assert.equal(experiment.phases.length, 2)
  const audit = (await server.call('GET', '/api/v1/audit?action=reweigh')).json
  assert.equal(audit.items.length, 1)

  const { results, health } = (await server.call('GET', '/api/v1/experiments/Banner/results?refresh=true')).json
  assert.equal(results.find((row) => row.variant === 'green').fixed.method, 'periods')
  assert.ok(health.sample_ratio.p_value > 0.001)
  assert.ok(!health.findings.some((one) => one.name === 'design_changed'))
  assert.match(await gosset('bandit', 'Banner'), /weights now: control .*\n {2}next decision: [\s\S]*thompson on Bought/)
})

test('a plan rests on what the server has measured', async () => {
  const plan = JSON.parse(await gosset('power', '--experiment', 'Banner', '--effect', '10%', '--json'))
  assert.ok(plan.mean > 0.05 && plan.mean < 0.15)
  assert.ok(plan.units_per_day > 0 && plan.days >= 7)
  await assert.rejects(gosset('power', '--experiment', 'Banner', '--metric', 'Nothing', '--effect', '10%'), /measured nothing of Nothing/)
})

test('an experiment without a bandit has no decisions', async () => {
  await server.call('POST', '/api/v1/experiments', { ...banner(), name: 'Plain', bandit: undefined })
  const answer = await server.call('GET', '/api/v1/experiments/Plain/bandit')
  assert.equal(answer.status, 404)
  assert.equal(answer.json.pointer, '/bandit')
})
