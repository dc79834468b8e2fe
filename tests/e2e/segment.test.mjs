// Events by the Segment HTTP API: the real clients of Segment and RudderStack, and plain requests.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Analytics } from '@segment/analytics-node'
import RudderAnalytics from '@rudderstack/rudder-sdk-node'
import { startServer } from './server.mjs'

let server
let key
const basic = () => `Basic ${Buffer.from(`${key}:`).toString('base64')}`

async function send(path, body, headers = {}) {
  const response = await fetch(server.url + path, {
    method: 'POST', headers: { 'content-type': 'text/plain', ...headers },
    body: typeof body === 'string' || body instanceof Buffer ? body : JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, json: text ? JSON.parse(text) : undefined }
}

/** How often an event has reached the ledger, once it is `want` or five seconds have passed. */
async function counted(name, want, from = server) {
  let count = 0
  for (let i = 0; i < 50; i++) {
    const names = await from.call('GET', '/api/v1/events/names')
    count = names.json.items.find((item) => item.name === name)?.count ?? 0
    if (count >= want) break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return count
}

before(async () => {
  server = await startServer()
  const made = await server.call('POST', '/api/v1/keys', { name: 'site', scope: 'client' })
  key = made.json.key
})
after(() => server.stop())

test('all ways to give the key are taken, and none or a wrong one is 401', async () => {
  const track = { type: 'track', userId: 'u', event: 'auth' }
  assert.equal((await send('/v1/track', track, { authorization: basic() })).status, 200)
  assert.equal((await send('/v1/track', track, { authorization: `Bearer ${key}` })).status, 200)
  assert.equal((await send('/v1/track', { ...track, writeKey: key })).status, 200)
  assert.equal((await send('/v1/batch', { batch: [track], writeKey: key })).status, 200)
  assert.equal((await send('/v1/track', track)).status, 401)
  assert.equal((await send('/v1/track', { ...track, writeKey: 'wrong-wrong-wrong-wrong' })).status, 401)
})

test('short paths, forms and gzip are understood', async () => {
  const authorization = basic()
  for (const [path, type] of [['i', 'identify'], ['t', 'track'], ['p', 'page'], ['s', 'screen'], ['g', 'group']]) {
    const body = { type, userId: 'u', event: 'short', traits: { plan: 'x' }, groupId: 'g' }
    assert.deepEqual((await send(`/v1/${path}`, body, { authorization })).json, { success: true }, path)
  }
  assert.equal((await send('/v1/a', { userId: 'u2', previousId: 'anon' }, { authorization })).status, 200)
  const zipped = gzipSync(JSON.stringify({ batch: [{ type: 'track', userId: 'u', event: 'zipped' }] }))
  const answer = await send('/v1/batch', zipped, { authorization, 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' })
  assert.equal(answer.status, 200)
  assert.equal(await counted('zipped', 1), 1)
})

test('a message that comes twice counts once', async () => {
  const message = { type: 'track', userId: 'u', event: 'once', messageId: 'm-1' }
  for (let i = 0; i < 3; i++)
    assert.equal((await send('/v1/batch', { batch: [message, message], writeKey: key })).status, 200)
  await send('/v1/track', { ...message, messageId: 'm-2', writeKey: key })
  assert.equal(await counted('once', 2), 2)
})

test('a batch keeps what is good and names what is not; one bad message alone is 400', async () => {
  const good = { type: 'track', userId: 'u', event: 'mixed' }
  const mixed = await send('/v1/batch', { batch: [good, { type: 'track', userId: 'u' }, { type: 'track', event: 'x' }], writeKey: key })
  assert.equal(mixed.status, 200)
  assert.equal(mixed.json.rejected, 2)
  assert.deepEqual(mixed.json.errors.map((error) => error.pointer), ['/batch/1/event', '/batch/2/userId'])
  assert.equal(await counted('mixed', 1), 1)
  const bad = await send('/v1/track', { userId: 'u', writeKey: key })
  assert.equal(bad.status, 400)
  assert.equal(bad.json.pointer, '/event')
  assert.equal((await send('/v1/batch', '{"batch":[', { authorization: basic() })).status, 400)
  assert.equal((await send('/v1/batch', { batch: {}, writeKey: key })).status, 400)
})

test('identify and alias make one person of a device and a user, and keep the traits', async () => {
  await send('/v1/identify', { userId: 'person', anonymousId: 'device-1', traits: { plan: 'pro' }, writeKey: key })
  await send('/v1/alias', { userId: 'person', previousId: 'device-2', writeKey: key })
  const user = await server.call('GET', '/api/v1/users/person')
  assert.deepEqual(user.json.attributes, { plan: 'pro' })
  assert.deepEqual(user.json.devices.sort(), ['device-1', 'device-2'])
})

test('@segment/analytics-node sends everything once', async () => {
  const analytics = new Analytics({ writeKey: key, host: server.url, flushAt: 5, maxRetries: 1 })
  const errors = []
  analytics.on('error', (error) => errors.push(error))
  for (let i = 0; i < 12; i++)
    analytics.track({ userId: `seg-${i}`, event: 'segment node', properties: { value: i, list: [1] } })
  analytics.identify({ userId: 'seg-0', anonymousId: 'seg-device', traits: { email: 'a@b.c' } })
  analytics.page({ userId: 'seg-0', name: 'Home' })
  await analytics.closeAndFlush()
  assert.deepEqual(errors, [])
  assert.equal(await counted('segment node', 12), 12)
  const user = await server.call('GET', '/api/v1/users/seg-0')
  assert.equal(user.json.attributes.email, 'a@b.c')
})

test('@segment/analytics-node loses and doubles nothing while the server is killed and comes back', async () => {
  const data = mkdtempSync(path.join(tmpdir(), 'gosset-e2e-'))
  const first = await startServer({ data })
  const made = await first.call('POST', '/api/v1/keys', { name: 'site', scope: 'client' })
  const analytics = new Analytics({ writeKey: made.json.key, host: first.url, flushAt: 1, maxRetries: 10 })
  for (let i = 0; i < 3; i++) analytics.track({ userId: 'r', event: 'restart' })
  await analytics.flush()
  await first.stop('SIGKILL')
  for (let i = 0; i < 3; i++) analytics.track({ userId: 'r', event: 'restart' })
  await new Promise((resolve) => setTimeout(resolve, 300))
  const second = await startServer({ data, args: ['--listen', new URL(first.url).host] })
  try {
    await analytics.closeAndFlush({ timeout: 20000 })
    assert.equal(await counted('restart', 6, second), 6)
  } finally {
    await second.stop()
    rmSync(data, { recursive: true, force: true })
  }
})

test('RudderStack\'s client for Node sends gzip in forms', async () => {
  const client = new RudderAnalytics(key, { dataPlaneUrl: server.url, flushAt: 3, gzip: true })
  for (let i = 0; i < 3; i++)
    client.track({ userId: `rudder-${i}`, event: 'rudder', properties: { n: i } })
  await new Promise((resolve, reject) => client.flush((error) => (error ? reject(error) : resolve())))
  assert.equal(await counted('rudder', 3), 3)
})

test('the browser client is told where to send', async () => {
  const settings = await fetch(`${server.url}/v1/projects/${key}/settings`)
  const json = await settings.json()
  assert.equal(json.integrations['Segment.io'].apiHost, `${new URL(server.url).host}/v1`)
  assert.equal(json.integrations['Segment.io'].protocol, 'http')
})

test('clocks that are wrong are corrected by when the message was sent', async () => {
  const wrong = Date.now() - 5 * 365 * 86400e3
  const message = { type: 'track', userId: 'clock', event: 'late', timestamp: new Date(wrong - 60e3).toISOString() }
  const answer = await send('/v1/batch', { batch: [message], sentAt: new Date(wrong).toISOString(), writeKey: key })
  assert.equal(answer.status, 200)
  const names = async () => (await server.call('GET', '/api/v1/events/names')).json.items.find((item) => item.name === 'late')
  assert.equal(await counted('late', 1), 1)
  const seen = await names()
  const last = seen.last_seen ?? seen.last_at ?? seen.last
  if (last) assert.ok(Math.abs(Date.parse(last) - (Date.now() - 60e3)) < 30e3, last)
})
