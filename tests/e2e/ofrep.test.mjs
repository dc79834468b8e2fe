// OpenFeature Remote Evaluation Protocol 0.3 by plain requests: what the known clients send, with
// their bugs, and what they need back.
import assert from 'node:assert/strict'
import http from 'node:http'
import net from 'node:net'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { startServer } from './server.mjs'

let server
let serverKey
let clientKey
const flagsPath = '/ofrep/v1/evaluate/flags'

const flags = [
  { key: 'static', type: 'Boolean', default_value: false, enabled: true },
  { key: 'text', type: 'String', default_value: '', value: 'hello', enabled: true },
  { key: 'empty-text', type: 'String', default_value: '', enabled: true, rollout_percentage: 0 },
  { key: 'zero', type: 'Number', default_value: 0, enabled: true, rollout_percentage: 0 },
  { key: 'large', type: 'Number', default_value: 9007199254740991, enabled: true, rollout_percentage: 0 },
  { key: 'ratio', type: 'Number', default_value: 0.5, enabled: true, rollout_percentage: 0 },
  { key: 'object', type: 'JSON', default_value: { a: [1, 'x'] }, enabled: true, rollout_percentage: 0 },
  { key: 'off', type: 'String', default_value: 'fallback', value: 'never', enabled: false },
  { key: 'split', type: 'Boolean', default_value: false, enabled: true, rollout_percentage: 50 },
  {
    key: 'country', type: 'Boolean', default_value: false, enabled: true,
    targeting_rules: { segments: [], attributes: { country: 'DE' } },
  },
  { key: 'secret', type: 'Boolean', default_value: false, enabled: true, client_visible: false },
]

async function post(path, body, headers = {}, key = serverKey) {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: text ? JSON.parse(text) : undefined }
}

const one = (key, context, headers, apiKey) => post(`${flagsPath}/${key}`, context && { context }, headers, apiKey)
const all = (context, headers, apiKey) => post(flagsPath, context && { context }, headers, apiKey)

/** Bytes as they are, for what fetch would mend. */
function raw(text) {
  const { hostname, port } = new URL(server.url)
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = net.connect(Number(port), hostname, () => socket.end(text))
    socket.on('data', (chunk) => { answer += chunk })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

const rawPost = (target, body = '{}', more = '') =>
  raw(`POST ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${serverKey}\r\n${more}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)

async function makeKey(scope, environment = 'production') {
  const made = await server.call('POST', '/api/v1/keys', { name: `${scope} ${environment}`, scope, environment })
  assert.equal(made.status, 201, made.text)
  return made.json.key
}

before(async () => {
  server = await startServer()
  serverKey = await makeKey('server')
  clientKey = await makeKey('client')
  for (const flag of flags) {
    const made = await server.call('POST', '/api/v1/flags', { name: flag.key, client_visible: true, ...flag })
    assert.equal(made.status, 201, made.text)
  }
})
after(() => server.stop())

test('an untargeted flag needs no context: absent, empty, null and rich ones are all the same (O1)', async () => {
  const rich = { targetingKey: 'u', nul: null, nested: { a: [1, 'x'] }, when: '2026-01-02T03:04:05.000Z', n: 3 }
  for (const body of [undefined, '', '{}', '{"context":{}}', '{"context":null}', ' { "context" : { } } ', { context: rich }]) {
    const answer = await post(`${flagsPath}/static`, body)
    assert.equal(answer.status, 200, JSON.stringify(body))
    assert.equal(answer.json.value, true)
    assert.equal(answer.json.key, 'static')
    assert.equal(typeof answer.json.variant, 'string')
    assert.equal(typeof answer.json.metadata, 'object')
    assert.match(answer.headers.get('content-type'), /^application\/json/)
  }
})

test('a missing targeting key is an error only where it is needed (O2)', async () => {
  const single = await one('split', {})
  assert.equal(single.status, 400)
  assert.equal(single.json.errorCode, 'TARGETING_KEY_MISSING')
  assert.equal(single.json.key, 'split')
  assert.ok(single.json.errorDetails)
  const bulk = await all({})
  assert.equal(bulk.status, 200)
  assert.equal(bulk.json.flags.find((flag) => flag.key === 'split').errorCode, 'TARGETING_KEY_MISSING')
  assert.equal(bulk.json.flags.find((flag) => flag.key === 'static').value, true)
})

test('contexts that are none and broken JSON are 400 with a code, never 500 (O3)', async () => {
  for (const context of [[], 'x', 5, true]) {
    const answer = await post(`${flagsPath}/static`, { context })
    assert.equal(answer.status, 400)
    assert.equal(answer.json.errorCode, 'INVALID_CONTEXT')
  }
  for (const body of ['[]', '"x"', '5']) {
    const answer = await post(`${flagsPath}/static`, body)
    assert.equal(answer.status, 400, body)
    assert.equal(answer.json.errorCode, 'INVALID_CONTEXT')
  }
  const deep = `{"context":${'{"a":'.repeat(10000)}1${'}'.repeat(10000)}}`
  for (const body of ['{', '{"context":{"a":1', '{"context":{"a":1,"a":2}}', deep, '{"context":{"a":"\\ud800"}}', '{"context":{}} x']) {
    const answer = await post(`${flagsPath}/static`, body)
    assert.equal(answer.status, 400, body.slice(0, 40))
    assert.match(answer.json.errorCode, /^(PARSE_ERROR|INVALID_CONTEXT)$/)
  }
  const badUtf8 = await rawPost(`${flagsPath}/static`, Buffer.from('{"context":{"a":"\xff"}}', 'latin1').toString('latin1'))
  assert.match(badUtf8, /^HTTP\/1\.1 (200|400) /)
})

test('the key is the raw path behind flags, decoded once (O4)', async () => {
  for (const target of [`/${flagsPath}/static`, `${flagsPath}/st%61tic`, `${flagsPath}/static`, `/${flagsPath.slice(1)}/static`]) {
    assert.match(await rawPost(target), /^HTTP\/1\.1 200 /, target)
  }
  for (const [target, key] of [['a/b', 'a/b'], ['a%2Fb', 'a/b'], ['a%20b', 'a b'], ['%C3%A9', 'é'], ['a%b', 'a%b']]) {
    const answer = await rawPost(`${flagsPath}/${target}`)
    assert.match(answer, /^HTTP\/1\.1 404 /, target)
    assert.equal(JSON.parse(answer.split('\r\n\r\n')[1]).key, key)
  }
  assert.match(await rawPost('/ofrep/v1/evaluate/x'), /^HTTP\/1\.1 404 [\s\S]*"errorCode"/)
})

test('unknown, archived and other environments\' flags are FLAG_NOT_FOUND, and absent in bulk (O6)', async () => {
  const unknown = await one('nope', {})
  assert.equal(unknown.status, 404)
  assert.equal(unknown.json.errorCode, 'FLAG_NOT_FOUND')
  assert.equal(unknown.json.key, 'nope')
  const staging = await makeKey('server', 'staging')
  assert.equal((await one('static', {}, {}, staging)).status, 404)
  assert.deepEqual((await all({ targetingKey: 'u' }, {}, staging)).json, { flags: [] })
})

test('keys: none and unknown are 401, too little is 403, before the body is read (O7, O8)', async () => {
  for (const authorization of ['', 'Bearer ', 'Bearer unknown-unknown-unknown', 'Basic abc', `Digest ${serverKey}`]) {
    const answer = await post(`${flagsPath}/static`, '{ not json', { authorization })
    assert.equal(answer.status, 401, authorization)
    assert.equal(answer.json.key, 'static')
    assert.ok(answer.json.errorCode && answer.json.errorDetails)
  }
  const byHeader = await fetch(`${server.url}${flagsPath}/static`, { method: 'POST', headers: { 'X-API-KEY': serverKey } })
  assert.equal(byHeader.status, 200)
  assert.equal((await server.call('GET', '/api/v1/flags', undefined, { authorization: `Bearer ${clientKey}` })).status, 403)
})

test('a client\'s key sees only flags that are visible to clients', async () => {
  assert.equal((await one('secret', {}, {}, serverKey)).status, 200)
  assert.equal((await one('secret', {}, {}, clientKey)).status, 404)
  const keys = (await all({ targetingKey: 'u' }, {}, clientKey)).json.flags.map((flag) => flag.key)
  assert.ok(keys.includes('static') && !keys.includes('secret'))
})

test('single and bulk agree for every flag, and the order is stable (O9, O10)', async () => {
  for (let user = 0; user < 20; user++) {
    const context = { targetingKey: `user-${user}`, country: user % 2 ? 'DE' : 'FR' }
    const bulk = await all(context)
    assert.equal(bulk.json.flags.length, flags.length)
    for (const item of bulk.json.flags) {
      assert.deepEqual((await one(item.key, context)).json, item)
    }
    assert.deepEqual((await all(context)).json.flags.map((flag) => flag.key), bulk.json.flags.map((flag) => flag.key))
  }
})

test('values keep their type, and falsy ones are present (O25)', async () => {
  const bulk = (await all({ targetingKey: 'u' })).text
  for (const [key, literal] of [['zero', '0'], ['large', '9007199254740991'], ['ratio', '0.5'], ['empty-text', '""'], ['object', '{"a":[1,"x"]}']]) {
    assert.ok(new RegExp(`"key":"${key}"[^}]*"value":${literal.replace(/[[\]{}.]/g, '\\$&')}`).test(bulk), key)
  }
  const off = (await one('off', {})).json
  assert.equal(off.reason, 'DISABLED')
  assert.equal(off.value, 'fallback')
})

test('reasons are those of OpenFeature', async () => {
  assert.equal((await one('static', {})).json.reason, 'STATIC')
  for (let i = 0; i < 20; i++) {
    const { value, reason } = (await one('split', { targetingKey: `r${i}` })).json
    assert.equal(reason, value ? 'SPLIT' : 'DEFAULT')
  }
  assert.equal((await one('country', { targetingKey: 'u', country: 'DE' })).json.reason, 'TARGETING_MATCH')
  assert.equal((await one('country', { targetingKey: 'u', country: 'FR' })).json.reason, 'DEFAULT')
})

test('metadata holds texts, booleans and small whole numbers only, with set, version and context (O26)', async () => {
  const changed = await server.call('PATCH', '/api/v1/flags/text', { metadata: { team: 'a', on: true, n: 7, ratio: 0.5, nul: null, list: [1], flagSetId: 'mine' } })
  assert.equal(changed.status, 200, changed.text)
  const { metadata } = (await one('text', { targetingKey: 'u7' })).json
  assert.equal(metadata.flagSetId, 'production')
  assert.equal(metadata.contextId, 'u7')
  assert.equal(typeof metadata.version, 'string')
  assert.deepEqual([metadata.team, metadata.on, metadata.n, metadata.ratio], ['a', true, 7, '0.5'])
  assert.ok(!('nul' in metadata) && !('list' in metadata))
})

test('the ETag is of the result: another context never matches, an unseen edit does not change it (O11-O13)', async () => {
  const german = await all({ targetingKey: 'u', country: 'DE' })
  const french = await all({ targetingKey: 'u', country: 'FR' })
  const etag = german.headers.get('etag')
  assert.match(etag, /^"[^"]+"$/)
  assert.notEqual(french.headers.get('etag'), etag)
  for (const given of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
    const again = await all({ targetingKey: 'u', country: 'DE' }, { 'if-none-match': given })
    assert.equal(again.status, 304)
    assert.equal(again.headers.get('etag'), etag)
    assert.equal(again.text, '')
  }
  assert.equal((await all({ targetingKey: 'u', country: 'FR' }, { 'if-none-match': etag })).status, 200)
  await server.call('PATCH', '/api/v1/flags/static', { rollout_percentage: 0 })
  assert.equal((await all({ targetingKey: 'u', country: 'DE' }, { 'if-none-match': etag })).status, 200)
  await server.call('PATCH', '/api/v1/flags/static', { rollout_percentage: 100 })

  const seen = (await all({ targetingKey: 'u' }, {}, clientKey)).headers.get('etag')
  await server.call('PATCH', '/api/v1/flags/secret', { rollout_percentage: 1 })
  assert.equal((await all({ targetingKey: 'u' }, { 'if-none-match': seen }, clientKey)).status, 304)
})

test('hints of an event are accepted (O15)', async () => {
  for (const query of ['flagConfigEtag=%22v2%22&flagConfigLastModified=1771622898', 'flagConfigLastModified=2026-01-02T03:04:05Z', 'flagConfigEtag=']) {
    assert.equal((await post(`${flagsPath}?${query}`, { context: {} })).status, 200)
  }
})

test('pages may call with what they need, and read what they need (O19)', async () => {
  const origin = 'https://shop.example'
  const preflight = await fetch(server.url + flagsPath, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,cache-control,content-type,if-none-match,pragma' },
  })
  assert.equal(preflight.status, 204)
  assert.equal(preflight.headers.get('access-control-allow-origin'), origin)
  assert.match(preflight.headers.get('access-control-allow-methods'), /POST/)
  assert.match(preflight.headers.get('access-control-allow-headers'), /if-none-match/i)
  const answer = await all({}, { origin }, clientKey)
  assert.match(answer.headers.get('access-control-expose-headers'), /ETag/)
  assert.match(answer.headers.get('access-control-expose-headers'), /Retry-After/)
  assert.equal((await all({}, { origin, authorization: '' })).headers.get('access-control-allow-origin'), origin)
})

test('bodies in chunks, in gzip, and offers of HTTP/2 are taken (O20)', async () => {
  const body = '{"context":{"targetingKey":"u"}}'
  const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
  const head = `POST ${flagsPath}/split HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${serverKey}\r\n`
  assert.match(await raw(`${head}Transfer-Encoding: chunked\r\n\r\n${chunked}`), /^HTTP\/1\.1 200 /)
  assert.match(await rawPost(`${flagsPath}/split`, body, 'Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAEAAEAAAAIAAAAA\r\nUpgrade: h2c\r\n'), /^HTTP\/1\.1 200 /)
  const zipped = await fetch(`${server.url}${flagsPath}/split`, {
    method: 'POST', headers: { authorization: `Bearer ${serverKey}`, 'content-encoding': 'gzip' }, body: gzipSync(body),
  })
  assert.equal(zipped.status, 200)
})

test('a trailing slash is bulk (O22), other methods are 405 with Allow (O24), big bodies 413 (O23)', async () => {
  assert.ok(Array.isArray((await post(`${flagsPath}/`, {})).json.flags))
  for (const path of [flagsPath, `${flagsPath}/static`]) {
    const answer = await fetch(server.url + path, { headers: { authorization: `Bearer ${serverKey}` } })
    assert.equal(answer.status, 405)
    assert.match(answer.headers.get('allow'), /POST/)
    assert.ok((await answer.json()).errorCode)
  }
  const answer = await post(`${flagsPath}/static`, `{"context":{"a":"${'x'.repeat(3 << 20)}"}}`).catch(() => undefined)
  if (answer) assert.equal(answer.status, 413)
})

/** Reads a stream of events until `until` says so. */
function listen(url, headers, until) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { headers: { accept: 'text/event-stream', ...headers } }, (response) => {
      let text = ''
      const done = () => { request.destroy(); resolve({ status: response.statusCode, headers: response.headers, text }) }
      response.on('data', (chunk) => { text += chunk; if (until(text)) done() })
      response.on('end', done)
    })
    request.on('error', reject)
  })
}

async function streamUrl() {
  const bulk = await all({ targetingKey: 'u' }, { origin: 'https://shop.example' }, clientKey)
  const [stream] = bulk.json.eventStreams
  assert.equal(stream.type, 'sse')
  return server.url + stream.endpoint.requestUri
}

test('streams are told to pages only, and never change the ETag (O16, O17)', async () => {
  const page = await all({ targetingKey: 'u' }, { origin: 'https://shop.example' }, clientKey)
  const other = await all({ targetingKey: 'u' }, {}, clientKey)
  assert.ok(page.json.eventStreams.length === 1 && !('eventStreams' in other.json))
  assert.equal(page.headers.get('etag'), other.headers.get('etag'))
})

test('a change is told once on a stream, and told again to who missed it (O16)', async () => {
  const url = await streamUrl()
  let share = 11
  const change = () => server.call('PATCH', '/api/v1/flags/split', { rollout_percentage: share++ })
  const first = listen(url, { origin: 'https://shop.example' }, (text) => { if (/^retry: \d+\n\n$/.test(text)) change(); return text.includes('data:') })
  const { text, headers } = await first
  assert.match(headers['content-type'], /^text\/event-stream/)
  assert.equal(headers['access-control-allow-origin'], 'https://shop.example')
  const id = text.match(/id: (\d+)\n/)[1]
  const data = JSON.parse(text.match(/data: (.*)\n/)[1])
  assert.equal(data.type, 'refetchEvaluation')
  await change()
  const missed = await listen(url, { 'last-event-id': id }, (seen) => seen.includes('data:'))
  assert.ok(Number(missed.text.match(/id: (\d+)\n/)[1]) > Number(id))
})

test('a scheduled change happens by itself, changes the ETag, and is told on streams', async () => {
  const at = new Date(Date.now() + 1500).toISOString()
  const made = await server.call('POST', '/api/v1/flags', { key: 'timed', name: 'Timed', type: 'Boolean', enabled: false,
    client_visible: true, schedule: [{ at, enabled: true }] })
  assert.equal(made.status, 201, made.text)
  const valueOf = (bulk) => bulk.json.flags.find((flag) => flag.key === 'timed').value
  const before = await all({ targetingKey: 'u' }, {}, clientKey)
  const told = await listen(await streamUrl(), {}, (text) => text.includes('data:'))
  assert.match(told.text, /refetchEvaluation/)
  const later = await all({ targetingKey: 'u' }, {}, clientKey)
  assert.deepEqual([valueOf(before), valueOf(later)], [false, true])
  assert.notEqual(before.headers.get('etag'), later.headers.get('etag'))
  const wrong = await server.call('PATCH', '/api/v1/flags/timed', { schedule: [{ at, enabled: true }, { at: '2020-01-01', enabled: false }] })
  assert.deepEqual([wrong.status, wrong.json.pointer], [400, '/schedule/1/at'])
  await server.call('DELETE', '/api/v1/flags/timed')
})

test('a burst of changes becomes few notices', async () => {
  const url = await streamUrl()
  let last
  const heard = listen(url, {}, (text) => last !== undefined && text.includes(`id: ${last}\n`))
  await new Promise((resolve) => setTimeout(resolve, 100))
  const marker = listen(await streamUrl(), {}, () => false).catch(() => {})
  await Promise.all(Array.from({ length: 20 }, (_, i) => server.call('PATCH', '/api/v1/flags/split', { rollout_percentage: 20 + i })))
  const audit = await server.call('GET', '/api/v1/audit?limit=1')
  last = audit.json.items[0].sequence ?? audit.json.items[0].id
  await server.call('PATCH', '/api/v1/flags/split', { rollout_percentage: 77 })
  const timeout = new Promise((resolve) => setTimeout(() => resolve(undefined), 1500))
  const got = await Promise.race([heard, timeout])
  if (got) assert.ok(got.text.match(/data:/g).length <= 21)
  void marker
})

test('a stream needs its token, and the token is not the key (O18)', async () => {
  const url = new URL(await streamUrl())
  const token = url.searchParams.get('token')
  assert.ok(!token.includes(clientKey))
  for (const wrong of ['', 'x', token.slice(0, -1) + (token.endsWith('0') ? '1' : '0'), `9${token}`]) {
    url.searchParams.set('token', wrong)
    const answer = await fetch(url)
    assert.equal(answer.status, 401, wrong)
  }
  assert.ok(!server.output().includes(token))
})

test('an experiment behind a flag is sticky over OFREP, and the same as its assignment', async () => {
  await server.call('POST', '/api/v1/metrics', { name: 'bought', type: 'Rate', calculation: 'exists(purchase)', aggregation: 'Average' })
  const made = await server.call('POST', '/api/v1/experiments', {
    name: 'button', type: 'AB', variants: [{ name: 'control', configuration: { color: 'grey' } }, { name: 'treatment', configuration: { color: 'red' } }],
    traffic_allocation: { control: 50, treatment: 50 }, success_metrics: { primary_metric: 'bought' },
  })
  assert.equal(made.status, 201, made.text)
  await server.call('POST', `/api/v1/experiments/${made.json.id}/start`)
  const flag = await server.call('POST', '/api/v1/flags', { key: 'button', name: 'button', type: 'JSON', default_value: {}, enabled: true, experiment_id: made.json.id })
  assert.equal(flag.status, 201, flag.text)
  for (let user = 0; user < 20; user++) {
    const first = await one('button', { targetingKey: `b${user}` })
    assert.equal(first.status, 200, first.text)
    const second = await one('button', { targetingKey: `b${user}` })
    assert.deepEqual(second.json.value, first.json.value)
    const stored = await server.call('POST', '/api/v1/assignments', { experiment_id: made.json.id, user_id: `b${user}` })
    assert.equal(stored.status, 200, stored.text)
    assert.equal(stored.json.variant, first.json.variant)
  }
})
