// What programs fetch that decide themselves: the ruleset in both forms, and the stream of changes.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import http from 'node:http'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { binary, startServer } from './server.mjs'

const block = 'application/x-gosset-ruleset'
let server
let serverKey
let clientKey
let stagingKey

/** A request whose body stays as it was packed. */
function get(key, headers = {}, route = '/sdk/v1/ruleset') {
  return new Promise((resolve, reject) => {
    http.get(server.url + route, { headers: { ...(key ? { authorization: `Bearer ${key}` } : {}), ...headers } }, (answer) => {
      const parts = []
      answer.on('data', (part) => parts.push(part))
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }))
    }).on('error', reject)
  })
}

async function makeKey(scope, environment = 'production') {
  const made = await server.call('POST', '/api/v1/keys', { name: `${scope} ${environment}`, scope, environment })
  assert.equal(made.status, 201, made.text)
  return made.json.key
}

before(async () => {
  server = await startServer()
  serverKey = await makeKey('server')
  clientKey = await makeKey('client')
  stagingKey = await makeKey('server', 'staging')
  const made = [
    await server.call('POST', '/api/v1/segments', { name: 'testers', conditions: {}, include: ['u1', 'u2'] }),
    await server.call('POST', '/api/v1/metrics', { name: 'bought', type: 'Rate', calculation: 'exists(purchase)', aggregation: 'Average' }),
    await server.call('POST', '/api/v1/flags', {
      key: 'search', name: 'Search', type: 'Boolean', default_value: false, enabled: true,
      targeting_rules: { segments: ['testers'], attributes: {} },
    }),
  ]
  for (const one of made) assert.equal(one.status, 201, one.text)
})
after(() => server.stop())

test('the document is what decides, with id lists and without metrics, named by the hash of the ruleset', async () => {
  const answer = await get(serverKey)
  assert.equal(answer.status, 200)
  assert.equal(answer.headers['content-type'], 'application/json')
  assert.match(answer.headers.etag, /^"[0-9a-f]{32}"$/)
  assert.match(answer.headers.vary, /Accept, Accept-Encoding/)
  const document = JSON.parse(answer.body)
  assert.deepEqual(document.segments[0].include, ['u1', 'u2'])
  assert.equal(document.metrics, undefined)
  const folder = mkdtempSync(path.join(tmpdir(), 'gosset-sdk-'))
  writeFileSync(path.join(folder, 'd.json'), answer.body)
  for (const [user, value] of [['u1', true], ['u3', false]]) {
    const run = spawnSync(binary, ['eval', path.join(folder, 'd.json'), 'search', '--context', JSON.stringify({ user_id: user }), '--json'])
    assert.equal(JSON.parse(run.stdout).value, value, run.stderr.toString())
  }
  rmSync(folder, { recursive: true })
})

test('who has it already gets 304 without a body', async () => {
  const { headers } = await get(serverKey)
  for (const tag of [headers.etag, `W/${headers.etag}`, `"x", ${headers.etag}`]) {
    const again = await get(serverKey, { 'if-none-match': tag, accept: block })
    assert.equal(again.status, 304)
    assert.equal(again.body.length, 0)
    assert.equal(again.headers.etag, headers.etag)
  }
  assert.equal((await get(serverKey, { 'if-none-match': '"other"' })).status, 200)
})

test('gzip and zstd hold the same bytes, and nothing is packed for who takes neither', async () => {
  for (const accept of ['application/json', block]) {
    const plain = await get(serverKey, { accept })
    assert.equal(plain.headers['content-encoding'], undefined)
    const gzip = await get(serverKey, { accept, 'accept-encoding': 'gzip' })
    assert.equal(gzip.headers['content-encoding'], 'gzip')
    assert.deepEqual(gunzipSync(gzip.body), plain.body)
    const zstd = await get(serverKey, { accept, 'accept-encoding': 'gzip, zstd' })
    assert.equal(zstd.headers['content-encoding'], 'zstd')
    assert.equal(zstd.body.readUInt32LE(0), 0xfd2fb528)
    assert.equal(gzip.headers.etag, plain.headers.etag)
  }
})

test('the compiled block is one whole ruleset of the same hash', async () => {
  const answer = await get(serverKey, { accept: block })
  assert.equal(answer.headers['content-type'], block)
  assert.equal(answer.body.toString('latin1', 0, 8), 'gossetRS')
  assert.equal(answer.body.readBigUInt64LE(16), BigInt(answer.body.length))
  assert.ok(answer.body.includes(Buffer.from(answer.headers.etag.slice(1, -1))))
})

test('rules go to keys of scope server and of their own environment only', async () => {
  for (const route of ['/sdk/v1/ruleset', '/sdk/v1/events']) {
    assert.equal((await get(undefined, {}, route)).status, 401)
    assert.equal((await get('gosset-unknown-key-0123456789', {}, route)).status, 401)
    const refused = await get(clientKey, {}, route)
    assert.equal(refused.status, 403)
    assert.equal(JSON.parse(refused.body).code, 'FORBIDDEN')
  }
  const staging = await get(stagingKey)
  assert.deepEqual(JSON.parse(staging.body).flags, [])
  assert.notEqual(staging.headers.etag, (await get(serverKey)).headers.etag)
})

test('a change is served on the next request, in every form', async () => {
  const before = await get(serverKey, { 'accept-encoding': 'gzip' })
  const changed = await server.call('PATCH', '/api/v1/flags/search', { rollout_percentage: 50 })
  assert.equal(changed.status, 200, changed.text)
  const after = await get(serverKey, { 'accept-encoding': 'gzip', 'if-none-match': before.headers.etag })
  assert.equal(after.status, 200)
  assert.notEqual(after.headers.etag, before.headers.etag)
  assert.equal(JSON.parse(gunzipSync(after.body)).flags[0].rollout_percentage, 50)
})

test('the stream tells the present hash at once and every later one, but not those of others', async () => {
  const notices = []
  const request = http.get(`${server.url}/sdk/v1/events`, { headers: { authorization: `Bearer ${serverKey}` } })
  const answer = await new Promise((resolve) => request.on('response', resolve))
  assert.equal(answer.headers['content-type'], 'text/event-stream')
  let text = ''
  answer.on('data', (part) => {
    text += part
    for (const [whole, json] of text.matchAll(/data: (.*)\n\n/g)) {
      notices.push(JSON.parse(json))
      text = text.slice(text.indexOf(whole) + whole.length)
    }
  })
  const until = async (count) => {
    for (let i = 0; notices.length < count; i++) {
      assert.ok(i < 500, `${notices.length} notices`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    return notices[count - 1]
  }
  assert.equal(`"${(await until(1)).etag}"`, (await get(serverKey)).headers.etag)
  const other = { authorization: `Bearer ${await makeKey('admin', 'staging')}` }
  const flag = { key: 'theirs', name: 'Theirs', type: 'Boolean', default_value: false, enabled: true }
  assert.equal((await server.call('POST', '/api/v1/flags', flag, other)).status, 201)
  await server.call('PATCH', '/api/v1/flags/search', { rollout_percentage: 60 })
  const told = await until(2)
  assert.equal(told.type, 'refetchEvaluation')
  assert.equal(`"${told.etag}"`, (await get(serverKey)).headers.etag)
  request.destroy()
})

async function experiment() {
  const made = await server.call('POST', '/api/v1/experiments', {
    name: 'button', type: 'AB', variants: [{ name: 'control' }, { name: 'treatment' }],
    traffic_allocation: { control: 50, treatment: 50 }, success_metrics: { primary_metric: 'bought' },
  })
  assert.equal(made.status, 201, made.text)
  const started = await server.call('POST', `/api/v1/experiments/${made.json.id}/start`)
  assert.equal(started.status, 200, started.text)
  return made.json.id
}

test('an exposure of a decision made elsewhere is an assignment; another variant is a crossover', async () => {
  const id = await experiment()
  const own = { authorization: `Bearer ${serverKey}` }
  const send = (exposures, headers = own) => server.call('POST', '/api/v1/events', { exposures }, headers)
  const one = { experiment_id: 'button', user_id: 'local', variant: 'treatment', attributes: { plan: 'pro' } }
  assert.deepEqual((await send([one])).json, { accepted: 1, duplicates: 0 })
  assert.deepEqual((await send([{ ...one, experiment_id: id }])).json, { accepted: 0, duplicates: 1 })
  const asked = await server.call('POST', '/api/v1/assignments', { experiment_id: id, user_id: 'local' })
  assert.equal(asked.json.variant, 'treatment')
  assert.equal((await send([{ ...one, variant: 'control' }])).json.accepted, 1)
  assert.equal((await server.call('POST', '/api/v1/assignments', { experiment_id: id, user_id: 'local' })).json.variant, 'treatment')
  const both = { events: [{ name: 'purchase', user_id: 'local' }], exposures: [{ ...one, user_id: 'other' }] }
  assert.deepEqual((await server.call('POST', '/api/v1/events', both, own)).json, { accepted: 2, duplicates: 0 })
  for (const [bad, status, pointer] of [
    [{ ...one, variant: 'blue' }, 400, '/exposures/1/variant'],
    [{ ...one, experiment_id: 'none' }, 404, '/exposures/1/experiment_id'],
    [{ ...one, user_id: undefined }, 400, '/exposures/1/user_id'],
    [{ ...one, variant: undefined }, 400, '/exposures/1/variant'],
    [{ ...one, colour: 1 }, 400, '/exposures/1/colour'],
  ]) {
    const refused = await send([{ ...one, user_id: 'never' }, bad])
    assert.equal(refused.status, status, refused.text)
    assert.equal(refused.json.pointer, pointer)
  }
  assert.equal((await server.call('GET', '/api/v1/users/never')).json.assignments.length, 0)
  const refused = await send([one], { authorization: `Bearer ${clientKey}` })
  assert.equal(refused.status, 403)
  assert.equal(refused.json.pointer, '/exposures')
})
