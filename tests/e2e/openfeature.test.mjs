// The OpenFeature SDK for servers and its OFREP provider, unmodified.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { ErrorCode, OpenFeature, StandardResolutionReasons } from '@openfeature/server-sdk'
import { OFREPProvider } from '@openfeature/ofrep-provider'
import { startServer } from './server.mjs'

let server
let key

before(async () => {
  server = await startServer()
  const made = await server.call('POST', '/api/v1/keys', { name: 'app', scope: 'server' })
  key = made.json.key
  for (const flag of [
    { key: 'bool', type: 'Boolean', default_value: false, enabled: true },
    { key: 'text', type: 'String', default_value: 'off', value: 'on', enabled: true },
    { key: 'number', type: 'Number', default_value: 1, value: 12.5, enabled: true },
    { key: 'object', type: 'JSON', default_value: {}, value: { a: [1, { b: null }] }, enabled: true },
    { key: 'half', type: 'Boolean', default_value: false, enabled: true, rollout_percentage: 50 },
    { key: 'off', type: 'Boolean', default_value: false, enabled: false },
  ]) {
    const answer = await server.call('POST', '/api/v1/flags', { name: flag.key, ...flag })
    assert.equal(answer.status, 201, answer.text)
  }
})
after(async () => {
  await OpenFeature.close()
  await server.stop()
})

async function clientOf(baseUrl, headers = [['Authorization', `Bearer ${key}`]], domain = `d${Math.random()}`) {
  await OpenFeature.setProviderAndWait(domain, new OFREPProvider({ baseUrl, headers }))
  return OpenFeature.getClient(domain)
}

test('every type resolves with value, variant and reason', async () => {
  const client = await clientOf(server.url)
  const context = { targetingKey: 'u1', email: 'a@b.c', when: new Date(0), nested: { a: [1, 'x'] } }
  assert.equal(await client.getBooleanValue('bool', false, context), true)
  assert.equal(await client.getStringValue('text', 'x', context), 'on')
  assert.equal(await client.getNumberValue('number', 0, context), 12.5)
  assert.deepEqual(await client.getObjectValue('object', {}, context), { a: [1, { b: null }] })
  const details = await client.getBooleanDetails('bool', false, context)
  assert.equal(details.reason, StandardResolutionReasons.STATIC)
  assert.ok(details.variant)
  assert.equal(details.flagMetadata.flagSetId, 'production')
  assert.equal((await client.getBooleanDetails('off', true, context)).reason, StandardResolutionReasons.DISABLED)
})

test('X-API-Key works as well, and so does a trailing slash of the base URL', async () => {
  const client = await clientOf(`${server.url}/`, [['X-API-Key', key]])
  assert.equal(await client.getBooleanValue('bool', false, {}), true)
})

test('errors are those of the specification', async () => {
  const client = await clientOf(server.url)
  assert.equal((await client.getBooleanDetails('nope', true, {})).errorCode, ErrorCode.FLAG_NOT_FOUND)
  assert.equal((await client.getBooleanDetails('half', true, {})).errorCode, ErrorCode.TARGETING_KEY_MISSING)
  assert.equal((await client.getStringDetails('bool', 'x', {})).errorCode, ErrorCode.TYPE_MISMATCH)
  assert.equal((await client.getBooleanDetails('half', true, { targetingKey: 'u' })).errorCode, undefined)
})

test('a wrong key gives the default and an error, not an exception', async () => {
  const client = await clientOf(server.url, [['Authorization', 'Bearer wrong-wrong-wrong-wrong']])
  const details = await client.getBooleanDetails('bool', false, {})
  assert.equal(details.value, false)
  assert.equal(details.errorCode, ErrorCode.GENERAL)
})

test('keys with odd characters arrive as they are', async () => {
  const client = await clientOf(server.url)
  for (const odd of ['a/b', 'a b', 'é', 'a%b', 'a%2Fb', '../x']) {
    const details = await client.getBooleanDetails(odd, true, {})
    assert.equal(details.value, true, odd)
    assert.ok([ErrorCode.FLAG_NOT_FOUND, ErrorCode.GENERAL].includes(details.errorCode), `${odd}: ${details.errorCode}`)
  }
})

test('a cut and a restart of the server are survived', async () => {
  const data = mkdtempSync(path.join(tmpdir(), 'gosset-e2e-'))
  const first = await startServer({ data })
  const made = await first.call('POST', '/api/v1/keys', { name: 'app', scope: 'server' })
  await first.call('POST', '/api/v1/flags', { key: 'f', name: 'f', type: 'Boolean', default_value: false, enabled: true })
  const client = await clientOf(first.url, [['Authorization', `Bearer ${made.json.key}`]])
  assert.equal(await client.getBooleanValue('f', false, {}), true)
  await first.stop('SIGKILL')
  const cut = await client.getBooleanDetails('f', false, {})
  assert.equal(cut.value, false)
  assert.equal(cut.errorCode, ErrorCode.GENERAL)
  const second = await startServer({ data, args: ['--listen', new URL(first.url).host] })
  try {
    assert.equal(await client.getBooleanValue('f', false, {}), true)
  } finally {
    await second.stop()
    rmSync(data, { recursive: true, force: true })
  }
})

/** A server that answers everything in one way, to see the provider under each failure. */
async function failing(status, headers, body) {
  const fake = http.createServer((request, response) => {
    request.resume()
    fake.count++
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
  })
  fake.count = 0
  await new Promise((resolve) => fake.listen(0, '127.0.0.1', resolve))
  return fake
}

for (const status of [400, 401, 403, 404, 413, 500, 503]) {
  test(`an answer of ${status} in our form gives the default and a code, not an exception`, async () => {
    const fake = await failing(status, {}, JSON.stringify({ key: 'bool', errorCode: 'GENERAL', errorDetails: 'no', metadata: {} }))
    const client = await clientOf(`http://127.0.0.1:${fake.address().port}`)
    const details = await client.getBooleanDetails('bool', false, {})
    assert.equal(details.value, false)
    assert.ok(details.errorCode)
    fake.close()
  })
}

test('too many requests of a key are answered with 429, and the provider then waits', async () => {
  const limited = await startServer({ args: ['--rate-limit-per-key', '5'] })
  try {
    const made = await limited.call('POST', '/api/v1/keys', { name: 'app', scope: 'server' })
    await limited.call('POST', '/api/v1/flags', { key: 'f', name: 'f', type: 'Boolean', default_value: false, enabled: true })
    const client = await clientOf(limited.url, [['Authorization', `Bearer ${made.json.key}`]])
    let refused = 0
    for (let i = 0; i < 40; i++)
      refused += (await client.getBooleanDetails('f', false, {})).errorCode === ErrorCode.GENERAL
    assert.ok(refused >= 25, `${refused} of 40`)
    const metrics = (await limited.call('GET', '/metrics')).text
    const answered = Number(metrics.match(/route="\/ofrep\/v1\/evaluate\/flags\/\{key\.\.\.\}",status="4xx"\} (\d+)/)?.[1] ?? 0)
    assert.ok(answered <= 2, `the provider asked ${answered} times in vain`)
  } finally {
    await limited.stop()
  }
})

test('an evaluation of half the users is half, and the same for each of them', async () => {
  const client = await clientOf(server.url)
  let on = 0
  for (let i = 0; i < 400; i++)
    on += await client.getBooleanValue('half', false, { targetingKey: `user-${i}` })
  assert.ok(on > 140 && on < 260, `${on} of 400`)
  for (let i = 0; i < 20; i++) {
    const targetingKey = `user-${i}`
    const first = await client.getBooleanValue('half', false, { targetingKey })
    assert.equal(await client.getBooleanValue('half', !first, { targetingKey }), first)
  }
})
