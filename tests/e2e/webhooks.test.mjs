// Webhooks against a real receiver: what arrives, that its signature holds, that it is tried again
// and survives a restart, and where they must not go.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { adminKey, binary, startServer } from './server.mjs'

const data = mkdtempSync(path.join(tmpdir(), 'gosset-webhooks-'))
const args = ['--webhooks-private', '1']
const received = []
let answer = 204
let server, receiver, url, hook

before(async () => {
  receiver = http.createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => { body += chunk })
    request.on('end', () => {
      received.push({ path: request.url, headers: request.headers, body })
      response.writeHead(answer, answer === 302 ? { location: `${url}/elsewhere` } : {})
      response.end()
    })
  })
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${receiver.address().port}`
  server = await startServer({ data, args })
})

after(async () => {
  await server.stop()
  receiver.close()
  rmSync(data, { recursive: true, force: true })
})

async function until(what, check) {
  for (let i = 0; i < 150; i++) {
    const got = await check()
    if (got) return got
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail(`never: ${what}`)
}
const deliveries = async (id = hook.id) => (await server.call('GET', `/api/v1/webhooks/${id}/deliveries`)).json.items

test('a change is told as a signed CloudEvent', async () => {
  const made = await server.call('POST', '/api/v1/webhooks', { name: 'chat', url: `${url}/hook`, events: ['flag.*'] })
  assert.equal(made.status, 201, made.text)
  hook = made.json
  await server.call('POST', '/api/v1/segments', { name: 'not asked for', conditions: [] })
  assert.equal((await server.call('POST', '/api/v1/flags', { key: 'f', type: 'Boolean', default_value: false })).status, 201)
  const got = await until('the message', () => received[0])
  const event = JSON.parse(got.body)
  assert.equal(got.headers['content-type'], 'application/cloudevents+json; charset=utf-8')
  assert.equal(event.specversion, '1.0')
  assert.equal(event.type, 'dev.gosset.flag.create')
  assert.equal(event.source, '/environments/production')
  assert.equal(event.subject, 'flag/f')
  assert.equal(event.id, got.headers['webhook-id'])
  const key = Buffer.from(hook.secret.replace('whsec_', ''), 'base64')
  const signed = `${got.headers['webhook-id']}.${got.headers['webhook-timestamp']}.${got.body}`
  assert.equal(got.headers['webhook-signature'], `v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
  assert.ok(Math.abs(Date.now() / 1000 - Number(got.headers['webhook-timestamp'])) < 60)
  await until('delivered', async () => (await deliveries())[0].status === 'delivered')
  assert.equal(received.length, 1)
})

test('the secret is shown once, and is not in lists and logs', async () => {
  assert.doesNotMatch((await server.call('GET', '/api/v1/webhooks')).text, /whsec_/)
  assert.doesNotMatch((await server.call('GET', '/api/v1/audit')).text, /whsec_|127\.0\.0\.1/)
})

test('what is refused is tried again, also after a restart; redirects are not followed', async () => {
  answer = 302
  received.length = 0
  await server.call('PATCH', '/api/v1/flags/f', { enabled: true })
  const failed = await until('an attempt', async () => (await deliveries()).find((item) => item.attempts > 0 && item.http_status === 302))
  assert.equal(failed.status, 'pending')
  assert.match(failed.error, /status 302/)
  assert.ok(failed.next_attempt_at)
  await server.stop()
  answer = 200
  server = await startServer({ data, args })
  await until('the next attempt', async () => (await deliveries()).find((item) => item.id === failed.id).status === 'delivered')
  assert.ok(received.every((got) => got.path === '/hook'))
  assert.equal(received.filter((got) => got.headers['webhook-id'] === failed.id).length, 2)
})

test('a test message arrives, from the command line too', async () => {
  const run = (...words) => execFileSync(binary, ['webhook', ...words, '--url', server.url, '--key', adminKey], { encoding: 'utf8' })
  received.length = 0
  const id = run('test', hook.id).trim()
  await until('the message', () => received.find((got) => got.headers['webhook-id'] === id))
  await until('delivered', async () => /webhook\.test +delivered/.test(run('deliveries', hook.id)))
  assert.match(run('create', 'second', '--to', `${url}/second`, '--events', 'experiment.start,flag.*'), /^whsec_/)
  assert.match(run('list'), /chat[^]*second/)
})

test('a receiver that does not answer keeps no other waiting', async () => {
  let release
  const held = new Promise((resolve) => { release = resolve })
  const slow = http.createServer((request, response) => { request.resume(); held.then(() => response.end()) })
  await new Promise((resolve) => slow.listen(0, '127.0.0.1', resolve))
  const made = (await server.call('POST', '/api/v1/webhooks', { name: 'a slow one', url: `http://127.0.0.1:${slow.address().port}/`, events: ['flag.*'] })).json
  received.length = 0
  for (let i = 0; i < 3; i++) {
    await server.call('PATCH', '/api/v1/flags/f', { description: `change ${i}` })
    await until(`message ${i}`, () => received.filter((got) => got.path === '/hook').length === i + 1)
  }
  assert.ok((await deliveries(made.id)).every((item) => item.attempts === 0), 'the slow one still holds its first message')
  release()
  await until('delivered', async () => (await deliveries(made.id)).every((item) => item.status === 'delivered'))
  slow.close()
  assert.equal((await server.call('DELETE', `/api/v1/webhooks/${made.id}`)).status, 204)
})

test('a webhook is changed, switched off and on, and gets a new secret', async () => {
  const change = (body) => server.call('PATCH', `/api/v1/webhooks/${hook.id}`, body)
  assert.equal((await change({ events: ['segment.*'] })).json.events[0], 'segment.*')
  const rotated = await change({ url: `${url}/moved`, rotate_secret: true })
  assert.match(rotated.json.secret, /^whsec_/)
  assert.notEqual(rotated.json.secret, hook.secret)
  assert.equal((await change({ enabled: false })).json.secret, undefined)
  received.length = 0
  await server.call('POST', '/api/v1/segments', { name: 'while off', conditions: [] })
  await server.call('PATCH', '/api/v1/flags/f', { description: 'the log is read up to here' })
  await until('the log is read', () => received.find((one) => one.path === '/second'))
  assert.equal((await change({ enabled: true })).json.enabled, true)
  await server.call('POST', '/api/v1/segments', { name: 'while on', conditions: [] })
  const got = await until('the message', () => received.find((one) => one.path === '/moved'))
  assert.equal(JSON.parse(got.body).subject, 'segment/while on')
  const key = Buffer.from(rotated.json.secret.replace('whsec_', ''), 'base64')
  const signed = `${got.headers['webhook-id']}.${got.headers['webhook-timestamp']}.${got.body}`
  assert.equal(got.headers['webhook-signature'], `v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
  for (const [body, pointer] of [[{ url: 'x' }, '/url'], [{ events: ['X'] }, '/events/0'], [{ nonsense: 1 }, '/nonsense']]) {
    const refused = await change(body)
    assert.equal(refused.status, 400)
    assert.equal(refused.json.pointer, pointer)
  }
  const run = (...words) => execFileSync(binary, ['webhook', ...words, '--url', server.url, '--key', adminKey], { encoding: 'utf8' })
  assert.match(run('change', hook.id, '--events', 'flag.*,advice.*', '--rotate-secret'), /^whsec_/)
  assert.deepEqual((await server.call('GET', '/api/v1/webhooks')).json.items.find((one) => one.id === hook.id).events, ['flag.*', 'advice.*'])
})

test('an alarm about an experiment is told, once', async () => {
  await server.call('POST', '/api/v1/metrics', { name: 'bought', type: 'Rate', calculation: 'exists(buy)', aggregation: 'Average' })
  const made = await server.call('POST', '/api/v1/experiments', {
    name: 'lopsided', type: 'AB', status: 'Running', start_date: '2026-01-01T00:00:00Z', variants: [{ name: 'a' }, { name: 'b' }], traffic_allocation: { a: 50, b: 50 },
    success_metrics: { primary_metric: 'bought' },
  })
  assert.equal(made.status, 201, made.text)
  if (made.json.status !== 'Running') assert.equal((await server.call('POST', '/api/v1/experiments/lopsided/start')).status, 200)
  const exposures = Array.from({ length: 400 }, (_, i) => ({ experiment_id: 'lopsided', user_id: `l${i}`, variant: i % 4 ? 'a' : 'b' }))
  assert.equal((await server.call('POST', '/api/v1/events', { exposures })).status, 202)
  received.length = 0
  const refresh = async () => (await server.call('GET', '/api/v1/experiments/lopsided/results?refresh=true')).json
  await until('the verdict', async () => (await refresh()).verdict?.verdict === 'broken')
  await refresh()
  const got = await until('the message', () => received.find((one) => JSON.parse(one.body).type === 'dev.gosset.advice.unhealthy'))
  assert.equal(JSON.parse(got.body).data.name, 'lopsided')
  await until('all is sent', async () => (await deliveries()).every((item) => item.status !== 'pending'))
  assert.equal(received.filter((one) => JSON.parse(one.body).data.kind === 'advice').length, 1)
})

test('private addresses are refused unless they are allowed', async () => {
  await server.stop()
  server = await startServer({ data })
  received.length = 0
  for (const target of [url, url.replace('127.0.0.1', 'localhost'), 'http://[::1]:1', 'http://169.254.169.254/latest', 'http://10.0.0.1', 'http://0x7f000001:1']) {
    const made = (await server.call('POST', '/api/v1/webhooks', { name: target, url: target, events: ['none.none'] })).json
    await server.call('POST', `/api/v1/webhooks/${made.id}/test`)
    const got = await until('an attempt', async () => (await deliveries(made.id)).find((item) => item.attempts > 0))
    assert.match(got.error, /private address/, target)
  }
  assert.equal(received.length, 0)
})

test('bad input is refused with its place', async () => {
  const cases = [
    [{ url }, '/name'], [{ name: 'x' }, '/url'], [{ name: 'x', url: 'ftp://x' }, '/url'],
    [{ name: 'x', url, events: [] }, '/events'], [{ name: 'x', url, events: ['flag.*', 'Nonsense'] }, '/events/1'],
  ]
  for (const [body, pointer] of cases) {
    const got = await server.call('POST', '/api/v1/webhooks', body)
    assert.equal(got.status, 400, JSON.stringify(body))
    assert.equal(got.json.pointer, pointer)
  }
  assert.equal((await server.call('POST', '/api/v1/webhooks', { name: 'chat', url })).status, 409)
  assert.equal((await server.call('POST', '/api/v1/webhooks/nope/test')).status, 404)
  assert.equal((await server.call('DELETE', `/api/v1/webhooks/${hook.id}`)).status, 204)
  assert.equal((await server.call('DELETE', `/api/v1/webhooks/${hook.id}`)).status, 404)
})
