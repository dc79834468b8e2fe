// The program from outside: assignments, events, identity, explanations, users, backup, retention.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { adminKey, binary, startServer } from './server.mjs'

let server
let experiment

async function metric(call, name, calculation, type = 'Rate') {
  const made = await call('POST', '/api/v1/metrics', { name, type, calculation, aggregation: 'Average' })
  assert.equal(made.status, 201, made.text)
}

async function running(call, name, more = {}) {
  const made = await call('POST', '/api/v1/experiments', {
    name,
    type: 'AB',
    variants: [{ name: 'control' }, { name: 'treatment', configuration: { color: 'red' } }],
    traffic_allocation: { control: 50, treatment: 50 },
    success_metrics: { primary_metric: 'bought' },
    ...more,
  })
  assert.equal(made.status, 201, made.text)
  const started = await call('POST', `/api/v1/experiments/${made.json.id}/start`)
  assert.equal(started.status, 200, started.text)
  return made.json.id
}

before(async () => {
  server = await startServer()
  await metric(server.call, 'bought', 'exists(purchase)')
  experiment = await running(server.call, 'first')
})
after(() => server.stop())

test('an assignment is made once, and the same one is answered again', async () => {
  const body = { experiment_id: experiment, user_id: 'u1', attributes: { country: 'DE' } }
  const first = await server.call('POST', '/api/v1/assignments', body)
  assert.equal(first.status, 201, first.text)
  assert.equal(first.json.assignment_reason, 'split')
  assert.equal(first.json.sticky, true)
  assert.match(first.json.variant, /^(control|treatment)$/)
  const again = await server.call('POST', '/api/v1/assignments', body)
  assert.equal(again.status, 200)
  assert.deepEqual(again.json, first.json)
})

test('a batch answers in its order, and a repeated item is refused whole', async () => {
  const items = Array.from({ length: 100 }, (_, i) => ({ experiment_id: experiment, user_id: `b${i}` }))
  const done = await server.call('POST', '/api/v1/assignments', { assignments: items })
  assert.equal(done.status, 200, done.text)
  assert.deepEqual(done.json.assignments.map((a) => a.user_id), items.map((a) => a.user_id))
  const twice = await server.call('POST', '/api/v1/assignments', {
    assignments: [{ experiment_id: experiment, user_id: 'never' }, { experiment_id: experiment, user_id: 'x' },
      { experiment_id: experiment, user_id: 'x' }],
  })
  assert.equal(twice.status, 400)
  assert.equal(twice.json.pointer, '/assignments/2')
  const user = await server.call('GET', '/api/v1/users/never')
  assert.deepEqual(user.json.assignments, [])
})

test('who is not eligible gets no variant and the reason', async () => {
  const id = await running(server.call, 'only-germany', {
    targeting_rules: { include_segments: [], exclude_segments: [], user_attributes: { country: 'DE' } },
  })
  const out = await server.call('POST', '/api/v1/assignments', { experiment_id: id, user_id: 'u9', attributes: { country: 'FR' } })
  assert.equal(out.status, 200)
  assert.equal(out.json.variant, null)
  assert.equal(out.json.assignment_reason, 'targeting')
})

test('a device that becomes a user keeps its variant', async () => {
  let moved = 0
  for (let i = 0; i < 12; i++) {
    const device = await server.call('POST', '/api/v1/assignments', { experiment_id: experiment, device_id: `dev${i}` })
    assert.equal(device.status, 201, device.text)
    const link = await server.call('POST', '/api/v1/identify', { user_id: `person${i}`, device_id: `dev${i}`, attributes: { plan: 'pro' } })
    assert.equal(link.status, 200, link.text)
    const person = await server.call('POST', '/api/v1/assignments', { experiment_id: experiment, user_id: `person${i}` })
    assert.equal(person.json.variant, device.json.variant)
    assert.equal(person.json.assignment_reason, 'identity')
    moved++
  }
  assert.equal(moved, 12)
  const user = await server.call('GET', '/api/v1/users/person3')
  assert.deepEqual(user.json.attributes, { plan: 'pro' })
  assert.deepEqual(user.json.devices, ['dev3'])
})

test('what identify has told of a user decides where the request is silent, and a browser\'s word does not', async () => {
  const made = await server.call('POST', '/api/v1/flags', {
    key: 'for-pros', name: 'For pros', type: 'Boolean', default_value: false, enabled: true, rollout_percentage: 100,
    targeting_rules: { attributes: { plan: 'pro', 'address.city': 'Bonn' } }, client_visible: true })
  assert.equal(made.status, 201, made.text)
  const decided = async (context) => (await server.call('POST', '/ofrep/v1/evaluate/flags/for-pros', { context })).json.value
  const told = { plan: 'pro', address: { city: 'Bonn' } }
  assert.equal(await decided({ targetingKey: 'told' }), false)
  await server.call('POST', '/api/v1/identify', { user_id: 'told', attributes: told })
  assert.equal(await decided({ targetingKey: 'told' }), true)
  assert.equal(await decided({ targetingKey: 'told', plan: 'free' }), false, 'the request is nearer than the profile')
  assert.equal(await decided({ targetingKey: 'told', plan: null }), true)
  assert.equal(await decided({ targetingKey: 'another' }), false)
  const site = (await server.call('POST', '/api/v1/keys', { name: 'site', scope: 'client' })).json.key
  const claim = await server.call('POST', '/v1/identify', { userId: 'claims', traits: told }, { authorization: `Bearer ${site}` })
  assert.equal(claim.status, 200, claim.text)
  assert.equal(await decided({ targetingKey: 'claims' }), false)
  const user = await server.call('GET', '/api/v1/users/claims')
  assert.deepEqual([user.json.attributes, user.json.claimed], [told, ['plan', 'address']])
})

test('a change is tried on the users who asked lately, with what identify told of them, patterns included', async () => {
  await server.call('POST', '/api/v1/flags', {
    key: 'tried', name: 'Tried', type: 'Boolean', default_value: false, enabled: true, rollout_percentage: 100,
    targeting_rules: { attributes: { mail: { matches: '@old[.]example$' } } } })
  await server.call('POST', '/api/v1/identify', { user_id: 'try-told', attributes: { mail: 'x@new.example' } })
  for (const [targetingKey, mail] of [['try-1', 'a@old.example'], ['try-2', 'b@new.example'], ['try-told', undefined]])
    await server.call('POST', '/ofrep/v1/evaluate/flags', { context: { targetingKey, mail } })
  const before = await server.call('GET', '/api/v1/flags/tried')
  const tried = await server.call('POST', '/api/v1/what-if', { kind: 'flag', name: 'tried',
    change: { targeting_rules: { attributes: { mail: { matches: '@new[.]example$' } } } } })
  assert.equal(tried.status, 200, tried.text)
  assert.equal(tried.json.changed, 3)
  assert.ok(tried.json.contexts >= 3)
  const moves = tried.json.transitions.map((one) => [one.flag, one.from_value, one.to_value, one.count])
  assert.deepEqual(moves.sort(), [['tried', false, true, 2], ['tried', true, false, 1]])
  assert.deepEqual((await server.call('GET', '/api/v1/flags/tried')).json, before.json, 'nothing was stored')
  await server.call('DELETE', '/api/v1/users/try-2')
  const again = await server.call('POST', '/api/v1/what-if', { kind: 'flag', name: 'tried',
    change: { targeting_rules: { attributes: { mail: { matches: '@new[.]example$' } } } } })
  assert.equal(again.json.changed, 2, 'who is forgotten is not tried either')
})

test('a targeting is counted on the users who asked lately, before anybody saves it', async () => {
  const match = (body) => server.call('POST', '/api/v1/match', body)
  await server.call('POST', '/api/v1/segments', { name: 'match-nz', conditions: { land: 'NZ' } })
  await server.call('POST', '/api/v1/flags', { key: 'match-any', type: 'Boolean', default_value: false, enabled: true })
  await server.call('POST', '/api/v1/identify', { user_id: 'match-told', attributes: { land: 'NZ' } })
  for (const [targetingKey, land] of [['match-1', 'NZ'], ['match-2', 'FR'], ['match-told', undefined]])
    await server.call('POST', '/ofrep/v1/evaluate/flags', { context: { targetingKey, land } })
  const all = await match({})
  assert.equal(all.status, 200, all.text)
  assert.ok(all.json.contexts >= 3)
  assert.deepEqual([all.json.matching, all.json.share, all.json.examples.length <= 5], [all.json.contexts, 1, true])
  const counted = async (body) => (await match(body)).json.matching
  assert.equal(await counted({ conditions: { land: 'NZ' } }), 2)
  assert.equal(await counted({ attributes: { land: { matches: '^F' } } }), 1, 'patterns too')
  assert.equal(await counted({ segments: ['match-nz'] }), 2)
  assert.equal(await counted({ conditions: { land: { exists: true } }, exclude_segments: ['match-nz'] }), 1)
  assert.equal(await counted({ conditions: { land: 'NZ' }, include: ['match-2'], exclude: ['match-1'] }), 2, 'as a segment: lists first')
  assert.equal(await counted({ conditions: { land: 'NZ' }, include: ['match-2'], segments: ['match-nz'] }), 2, 'and in that segment')
  assert.equal(await counted({ conditions: {}, include: ['match-2'] }), 1)
  assert.equal(await counted({ conditions: { land: 'NZ' }, is_active: false }), 0)
  for (const [body, pointer] of [
    [{ conditions: { land: { bigger: 3 } } }, '/conditions/land/bigger'],
    [{ conditions: { land: { bigger: 3 } }, include: ['x'] }, '/conditions/land/bigger'],
    [{ segments: ['match-none'] }, '/segments/0'],
    [{ percentage: 10 }, '/percentage'],
  ]) {
    const refused = await match(body)
    assert.deepEqual([refused.status, refused.json.code, refused.json.pointer], [400, 'BAD_INPUT', pointer], refused.text)
  }
})

test('a paused experiment keeps its users and takes nobody new; a completed one serves the winner', async () => {
  const id = await running(server.call, 'paused-one')
  const old = await server.call('POST', '/api/v1/assignments', { experiment_id: id, user_id: 'old' })
  await server.call('POST', `/api/v1/experiments/${id}/pause`)
  const same = await server.call('POST', '/api/v1/assignments', { experiment_id: id, user_id: 'old' })
  assert.equal(same.json.variant, old.json.variant)
  const fresh = await server.call('POST', '/api/v1/assignments', { experiment_id: id, user_id: 'fresh' })
  assert.equal(fresh.json.variant, null)
  assert.equal(fresh.json.assignment_reason, 'paused')
  const shipped = await server.call('POST', `/api/v1/experiments/${id}/complete`, { shipped_variant: 'treatment' })
  assert.equal(shipped.status, 200, shipped.text)
  const anyone = await server.call('POST', '/api/v1/assignments', { experiment_id: id, user_id: 'anyone' })
  assert.equal(anyone.json.variant, 'treatment')
  assert.equal(anyone.json.assignment_reason, 'shipped')
})

test('events repeat safely, and reach the ledger', async () => {
  const events = [
    { event_id: 'e1', user_id: 'u1', name: 'purchase', value: 12.5, properties: { amount: 12.5 } },
    { event_id: 'e2', user_id: 'u1', name: 'purchase', value: 1, properties: { amount: 1 } },
  ]
  const first = await server.call('POST', '/api/v1/events', { events })
  assert.equal(first.status, 202, first.text)
  assert.deepEqual(first.json, { accepted: 2, duplicates: 0 })
  const again = await server.call('POST', '/api/v1/events', { events })
  assert.deepEqual(again.json, { accepted: 0, duplicates: 2 })
  for (let i = 0; ; i++) {
    const names = await server.call('GET', '/api/v1/events/names')
    const purchase = names.json.items.find((item) => item.name === 'purchase')
    if (purchase?.count === 2) break
    assert.ok(i < 100, `the ledger shows ${names.text}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
})

for (const [what, body, pointer] of [
  ['no name', { events: [{ user_id: 'u' }] }, '/events/0/name'],
  ['nobody', { events: [{ name: 'x' }] }, '/events/0/user_id'],
  ['an unknown field', { events: [{ name: 'x', user_id: 'u', colour: 1 }] }, '/events/0/colour'],
  ['a value that is text', { events: [{ name: 'x', user_id: 'u' }, { name: 'x', user_id: 'u', value: '1' }] }, '/events/1/value'],
  ['a timestamp that is none', { events: [{ name: 'x', user_id: 'u', timestamp: 'yesterday' }] }, '/events/0/timestamp'],
  ['no list', { events: 3 }, '/events'],
]) {
  test(`events with ${what} are refused whole with a pointer`, async () => {
    const refused = await server.call('POST', '/api/v1/events', body)
    assert.equal(refused.status, 400)
    assert.equal(refused.json.pointer, pointer)
    assert.ok(refused.json.message.length > 10)
  })
}

test('bytes that are not JSON, deep nesting and bad UTF-8 are refused', async () => {
  for (const body of ['{', '{"events":[}', '['.repeat(5000), '{"events":[{"name":"\\ud800"}]}', 'nul', '{"a":1,"a":2}']) {
    const refused = await server.call('POST', '/api/v1/events', body)
    assert.equal(refused.status, 400, body.slice(0, 20))
    assert.equal(refused.json.code, 'BAD_JSON')
  }
})

test('an explanation agrees with the decision and records nothing', async () => {
  const asked = await server.call('POST', '/api/v1/explain', { experiment: 'first', context: { user_id: 'u1' } })
  assert.equal(asked.status, 200, asked.text)
  const given = await server.call('POST', '/api/v1/assignments', { experiment_id: experiment, user_id: 'u1' })
  assert.equal(asked.json.variant, given.json.variant)
  assert.ok(asked.json.explanation.steps.length > 0)
  await server.call('POST', '/api/v1/explain', { experiment: 'first', context: { user_id: 'looked-at' } })
  const user = await server.call('GET', '/api/v1/users/looked-at')
  assert.deepEqual(user.json.assignments, [])
})

test('keys bind to their scope and environment', async () => {
  assert.equal((await server.call('GET', '/api/v1/experiments', undefined, { authorization: '' })).status, 401)
  assert.equal((await server.call('GET', '/api/v1/experiments', undefined, { authorization: 'Bearer wrong-wrong-wrong-wrong' })).status, 401)
  const made = await server.call('POST', '/api/v1/keys', { name: 'app', scope: 'server' })
  assert.equal(made.status, 201, made.text)
  const own = { authorization: `Bearer ${made.json.key}` }
  assert.equal((await server.call('GET', '/api/v1/experiments', undefined, own)).status, 200)
  assert.equal((await server.call('POST', '/api/v1/metrics', { name: 'm' }, own)).status, 403)
  const staging = await server.call('POST', '/api/v1/keys', { name: 'stage', scope: 'server', environment: 'staging' })
  assert.equal(staging.status, 201, staging.text)
  const seen = await server.call('GET', '/api/v1/experiments', undefined, { authorization: `Bearer ${staging.json.key}` })
  assert.deepEqual(seen.json.items, [])
  await server.call('DELETE', `/api/v1/keys/${made.json.id}`)
  assert.equal((await server.call('GET', '/api/v1/experiments', undefined, own)).status, 401)
})

test('a flag change is live on the next request', async () => {
  const made = await server.call('POST', '/api/v1/flags', { key: 'live', name: 'Live', type: 'Boolean', default_value: false, enabled: true, rollout_percentage: 0 })
  assert.equal(made.status, 201, made.text)
  for (let i = 0; i < 10; i++) {
    const share = i % 2 === 0 ? 100 : 0
    const changed = await server.call('PATCH', '/api/v1/flags/live', { rollout_percentage: share })
    assert.equal(changed.status, 200, changed.text)
    const asked = await server.call('POST', '/ofrep/v1/evaluate/flags/live', { context: { targetingKey: 'u' } })
    assert.equal(asked.json.value, share === 100, asked.text)
  }
})

test('a backup taken while serving starts as a server of its own', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'gosset-backup-'))
  const copy = path.join(folder, 'copy')
  const done = await server.call('POST', '/api/v1/backup', { folder: copy })
  assert.equal(done.status, 201, done.text)
  assert.ok(existsSync(path.join(copy, 'catalog.db')))
  assert.equal((await server.call('POST', '/api/v1/backup', { folder: copy })).status, 409)
  assert.equal((await server.call('POST', '/api/v1/backup', { folder: 'relative' })).status, 400)
  const before = await server.call('POST', '/api/v1/assignments', { experiment_id: experiment, user_id: 'u1' })
  const restored = await startServer({ data: copy })
  try {
    const after = await restored.call('POST', '/api/v1/assignments', { experiment_id: experiment, user_id: 'u1' })
    assert.equal(after.status, 200)
    assert.deepEqual(after.json, before.json)
    const events = await restored.call('POST', '/api/v1/events', { events: [{ event_id: 'e1', user_id: 'u1', name: 'purchase' }] })
    assert.deepEqual(events.json, { accepted: 0, duplicates: 1 })
  } finally {
    await restored.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})

test('retention counts on a dry run and deletes when told to', async () => {
  const id = await running(server.call, 'long-over')
  await server.call('POST', '/api/v1/assignments', { assignments: [{ experiment_id: id, user_id: 'r1' }, { experiment_id: id, user_id: 'r2' }] })
  const completed = await server.call('POST', `/api/v1/experiments/${id}/complete`)
  assert.equal(completed.status, 200, completed.text)
  const nothing = await server.call('POST', '/api/v1/retention?dry_run=true')
  assert.equal(nothing.json.assignments, 0)
})

test('a user can be forgotten', async () => {
  await server.call('POST', '/api/v1/assignments', { experiment_id: experiment, user_id: 'leaving' })
  const gone = await server.call('DELETE', '/api/v1/users/leaving')
  assert.equal(gone.status, 200, gone.text)
  assert.equal(gone.json.assignments_deleted, 1)
  const user = await server.call('GET', '/api/v1/users/leaving')
  assert.deepEqual(user.json.assignments, [])
})

test('health, readiness, metrics and the API description answer', async () => {
  assert.deepEqual((await server.call('GET', '/healthz')).json, { status: 'ok' })
  assert.equal((await server.call('GET', '/readyz')).json.status, 'ready')
  const metrics = await server.call('GET', '/metrics')
  assert.match(metrics.headers.get('content-type'), /^text\/plain; version=0\.0\.4/)
  assert.match(metrics.text, /gosset_http_requests_total\{method="POST",route="\/api\/v1\/assignments",status="2xx"\} \d+/)
  const api = await server.call('GET', '/api/openapi.json')
  assert.equal(api.json.openapi, '3.1.0')
  assert.ok(api.json.paths['/api/v1/experiments/{id}'].get)
  assert.equal((await server.call('GET', '/nowhere')).status, 404)
})

test('retention and backup are commands, and the first results hold what came before them', async () => {
  const run = (...args) => spawnSync(binary, [...args, '--url', server.url, '--key', adminKey], { encoding: 'utf8' })
  const dry = run('retention', '--dry-run')
  assert.equal(dry.status, 0, dry.stderr)
  assert.match(dry.stdout, /0 assignments would be deleted/)
  const folder = mkdtempSync(path.join(tmpdir(), 'gosset-backup-'))
  const copied = run('backup', path.join(folder, 'copy'))
  assert.equal(copied.status, 0, copied.stderr)
  assert.ok(existsSync(path.join(folder, 'copy', 'ledger.db')))
  rmSync(folder, { recursive: true, force: true })
  const id = await running(server.call, 'fresh-results')
  await server.call('POST', '/api/v1/assignments', { assignments: Array.from({ length: 20 }, (_, i) => ({ experiment_id: id, user_id: `f${i}` })) })
  const first = await server.call('GET', `/api/v1/experiments/${id}/results`)
  assert.equal(first.status, 200, first.text)
  const units = first.json.results.filter((row) => row.metric_name === 'bought').reduce((sum, row) => sum + row.sample_size, 0)
  assert.equal(units, 20, first.text)
})
