// The npm package as a user has it: packed, installed beside the real OpenFeature SDKs, in Node and in
// Chromium, against the real server and against one that refuses.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { after, before, test } from 'node:test'
import { ErrorCode, OpenFeature, ProviderEvents } from '@openfeature/server-sdk'
import { startServer } from './server.mjs'
import { openBrowser } from './web/browser.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const web = createRequire(path.join(root, 'web/package.json'))
const folder = mkdtempSync(path.join(tmpdir(), 'gosset-js-'))
const installed = path.join(folder, 'node_modules/@gosset/client')
let server
let serverKey
let clientKey
let GossetClient
let GossetProvider
let front

const until = async (what, seconds = 10) => {
  for (let i = 0; i < seconds * 100; i++) {
    const found = await what()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return assert.fail(`not within ${seconds} s: ${what}`)
}

/** In front of the server: passes on, or answers with what the test has put there. */
async function startFront() {
  const made = { status: 0, headers: {}, body: '', seen: [], cut: false }
  made.server = http.createServer((request, response) => {
    made.seen.push(`${request.method} ${request.url}`)
    const { status } = made
    if (made.cut) return request.socket.destroy()
    if (status && made.times && --made.times === 0) made.status = 0
    if (status) return request.resume().on('end', () => response.writeHead(status, made.headers).end(made.body))
    const { hostname, port } = new URL(server.url)
    const on = http.request({ hostname, port, path: request.url, method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers)
      answer.pipe(response)
    })
    on.on('error', () => response.destroy())
    response.on('close', () => on.destroy())
    return request.pipe(on)
  })
  await new Promise((resolve) => made.server.listen(0, '127.0.0.1', resolve))
  made.url = `http://127.0.0.1:${made.server.address().port}`
  return made
}

before(async () => {
  const packed = spawnSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: path.join(root, 'sdk/js'), encoding: 'utf8' })
  assert.equal(packed.status, 0, packed.stderr)
  mkdirSync(installed, { recursive: true })
  const done = spawnSync('tar', ['-xzf', path.join(folder, packed.stdout.trim().split('\n').pop()), '-C', installed, '--strip-components=1'])
  assert.equal(done.status, 0, String(done.stderr))
  symlinkSync(path.join(import.meta.dirname, 'node_modules/@openfeature'), path.join(folder, 'node_modules/@openfeature'))
  ;({ GossetClient } = await import(path.join(installed, 'src/index.js')))
  ;({ GossetProvider } = await import(path.join(installed, 'src/server.js')))
  server = await startServer({ env: { GOSSET_CORS_ORIGINS: '*' } })
  front = await startFront()
  const keyOf = async (scope) => (await server.call('POST', '/api/v1/keys', { name: scope, scope })).json.key
  serverKey = await keyOf('server')
  clientKey = await keyOf('client')
  const flag = (key, more) => ['flags', { key, name: key, default_value: false, type: 'Boolean', enabled: true, client_visible: true, ...more }]
  for (const [route, one] of [
    ['metrics', { name: 'bought', type: 'Rate', calculation: 'exists(purchase)', aggregation: 'Average' }],
    ['segments', { name: 'testers', conditions: { plan: 'pro' }, include: ['u3'] }],
    flag('half', { rollout_percentage: 50 }),
    flag('testers', { targeting_rules: { segments: ['testers'], attributes: {} } }),
    flag('mail', { targeting_rules: { segments: [], attributes: { email: { matches: '^[^@]+@example\\.(org|com)$' } } } }),
    flag('text', { type: 'String', default_value: 'a', value: 'é "b"' }),
    flag('number', { type: 'Number', default_value: 1, value: 12.5 }),
    flag('object', { type: 'JSON', default_value: {}, value: { a: [1, null] } }),
    flag('hidden', { client_visible: false }),
    ['experiments', { name: 'button', type: 'AB', variants: [{ name: 'control' }, { name: 'treatment' }], traffic_allocation: { control: 50, treatment: 50 }, success_metrics: { primary_metric: 'bought' } }],
  ]) {
    const made = await server.call('POST', `/api/v1/${route}`, one)
    assert.equal(made.status, 201, made.text)
  }
  const experiment = (await server.call('POST', '/api/v1/experiments/button/start')).json
  const tested = await server.call('POST', '/api/v1/flags', flag('tested', { experiment_id: experiment.id })[1])
  assert.equal(tested.status, 201, tested.text)
})
after(async () => {
  await OpenFeature.close()
  front.server.closeAllConnections()
  front.server.close()
  await server.stop()
  rmSync(folder, { recursive: true })
})

async function ready(options = {}) {
  const client = new GossetClient({ url: server.url, key: serverKey, flushMs: 20, ...options })
  await client.ready()
  return client
}

test('every decision is the server\'s', async () => {
  const client = await ready()
  for (let i = 0; i < 60; i++) {
    const context = { targetingKey: `u${i}`, plan: i % 2 ? 'pro' : 'free', email: i % 3 ? 'a@example.org' : 'a@example.orgs', when: new Date(0) }
    const bulk = await server.call('POST', '/ofrep/v1/evaluate/flags', { context }, { authorization: `Bearer ${serverKey}` })
    for (const { key, value, variant, reason } of bulk.json.flags) {
      const mine = client.flag(key, context)
      // Asked before, so that the server finds its own assignment and says so.
      assert.deepEqual([key, mine.value, mine.variant], [key, value, variant])
      if (key !== 'tested') assert.equal(mine.reason, reason)
    }
  }
  await client.close()
})

test('an exposure becomes the assignment, once; what is tracked arrives', async () => {
  const client = await ready()
  for (let i = 0; i < 5; i++) assert.equal(client.flag('tested', { targetingKey: 'local-1' }).code, 'OK')
  const variant = client.experiment('button', { targetingKey: 'local-1' }).variant
  assert.equal(client.track('js-purchase', { userId: 'local-1', value: 3, properties: { a: 1 } }), true)
  assert.throws(() => client.track('js-purchase', {}), /userId/)
  assert.equal(await client.flush(), true)
  assert.equal(client.state.sent, 2)
  assert.equal(client.state.repeats, 5)
  const user = await server.call('GET', '/api/v1/users/local-1')
  assert.deepEqual(user.json.assignments.map((one) => one.variant), [variant])
  const events = await server.call('GET', '/api/v1/events?name=js-purchase')
  assert.equal(events.json.items.length, 1)
  await client.close()
})

test('OpenFeature for servers: all types, reasons, errors, changes and track', async () => {
  await OpenFeature.setProviderAndWait(new GossetProvider({ url: server.url, key: serverKey, flushMs: 20 }))
  const client = OpenFeature.getClient()
  const context = { targetingKey: 'u3' }
  assert.equal(await client.getBooleanValue('testers', false, context), true)
  assert.equal(await client.getStringValue('text', '', context), 'é "b"')
  assert.equal(await client.getNumberValue('number', 0, context), 12.5)
  assert.deepEqual(await client.getObjectValue('object', {}, context), { a: [1, null] })
  assert.equal((await client.getBooleanDetails('testers', false, context)).reason, 'TARGETING_MATCH')
  const wrong = await client.getNumberDetails('text', 7, context)
  assert.deepEqual([wrong.value, wrong.errorCode], [7, ErrorCode.TYPE_MISMATCH])
  assert.equal((await client.getBooleanDetails('none', true, context)).errorCode, ErrorCode.FLAG_NOT_FOUND)
  assert.equal((await client.getBooleanDetails('half', true, {})).errorCode, ErrorCode.TARGETING_KEY_MISSING)
  const told = new Promise((resolve) => { client.addHandler(ProviderEvents.ConfigurationChanged, resolve) })
  client.track('of-purchase', context, { value: 9, colour: 'red' })
  await server.call('PATCH', '/api/v1/flags/number', { value: 99 })
  assert.ok((await told).flagsChanged.includes('number'))
  assert.equal(await client.getNumberValue('number', 0, context), 99)
  const [event] = await until(async () => {
    const { items } = (await server.call('GET', '/api/v1/events?name=of-purchase')).json
    return items.length > 0 && items
  })
  assert.equal(event.value, 9)
  assert.deepEqual(event.properties, { colour: 'red' })
  await OpenFeature.close()
})

test('401, 403, 404, 413, 429, 500 and a cut network: the last good ruleset decides, and nothing told is lost', async () => {
  const client = await ready({ url: front.url, pollMs: 100000, streaming: false })
  for (const status of [401, 403, 404, 429, 500]) {
    Object.assign(front, { status, headers: status === 429 ? { 'retry-after': '1' } : {} })
    await client.refresh()
    assert.equal(client.flag('text', {}).value, 'é "b"')
    const before = client.state.sent
    client.track(`after-${status}`, { userId: 'u' })
    await until(() => client.state.queued === 1 && front.seen.filter((one) => one.startsWith('POST')).length > 0)
    await new Promise((resolve) => setTimeout(resolve, 60))
    front.status = 0
    assert.equal(await client.flush(10000), true, String(status))
    assert.equal(client.state.sent, before + 1)
  }
  Object.assign(front, { status: 413, times: 2, headers: {} })
  for (let i = 0; i < 4; i++) client.track('large', { userId: 'u' })
  assert.equal(await client.flush(10000), true)
  assert.equal(client.state.refused, 0)
  front.cut = true
  client.track('after-cut', { userId: 'u' })
  await client.refresh()
  assert.equal(await client.flush(100), false)
  front.cut = false
  assert.equal(await client.flush(10000), true)
  Object.assign(front, { status: 400, body: '{"code":"BAD_INPUT","message":"no","pointer":"/events/0"}' })
  client.track('wrong', { userId: 'u' })
  await client.flush(5000)
  assert.equal(client.state.refused, 1)
  front.status = 0
  await client.close()
})

test('a wrong key is an error at the start, and a client\'s key never gets rules', async () => {
  for (const key of ['gosset-wrong-key-0123456789', clientKey]) {
    const client = new GossetClient({ url: server.url, key, streaming: false })
    await assert.rejects(client.ready(300), { code: 'UNAVAILABLE' })
    assert.equal(client.flag('text', {}).code, 'UNAVAILABLE')
    await client.close(0)
  }
})

test('what was kept decides without a server, and what is damaged does not', async () => {
  let kept
  const first = await ready({ streaming: false, keep: (ruleset) => { kept = ruleset } })
  await first.close()
  const alone = new GossetClient({ url: 'http://127.0.0.1:9', key: 'k', streaming: false, bootstrap: kept })
  await alone.ready()
  assert.equal(alone.hash, first.hash)
  assert.equal(alone.flag('text', {}).value, 'é "b"')
  await alone.close(0)
  const said = []
  new Uint8Array(kept)[kept.byteLength - 20] ^= 1
  const damaged = new GossetClient({ url: 'http://127.0.0.1:9', key: 'k', streaming: false, bootstrap: kept, log: (line) => said.push(line) })
  await assert.rejects(damaged.ready(100), { code: 'UNAVAILABLE' })
  assert.match(said[0], /checksum differs/)
  await damaged.close(0)
})

test('a provider is stale while the server is away, and ready again behind it', async () => {
  const told = []
  const provider = new GossetProvider({ url: front.url, key: serverKey, streaming: false, pollMs: 50 })
  await OpenFeature.setProviderAndWait('away', provider)
  for (const event of [ProviderEvents.Stale, ProviderEvents.Ready])
    OpenFeature.getClient('away').addHandler(event, () => told.push(event))
  await until(() => told.length === 1) // ready, as it is
  Object.assign(front, { status: 500, headers: {} })
  await until(() => told.includes(ProviderEvents.Stale))
  assert.equal(await OpenFeature.getClient('away').getStringValue('text', '', {}), 'é "b"')
  front.status = 0
  await until(() => told.filter((one) => one === ProviderEvents.Ready).length === 2)
  assert.equal(told.filter((one) => one === ProviderEvents.Stale).length, 1)
})

test('a restart of the server: decisions go on, changes are seen again', async () => {
  const kept = mkdtempSync(path.join(folder, 'data-'))
  let own = await startServer({ data: kept })
  const port = new URL(own.url).port
  const key = (await own.call('POST', '/api/v1/keys', { name: 's', scope: 'server' })).json.key
  const body = { key: 'f', name: 'f', type: 'Number', default_value: 1, value: 2, enabled: true }
  await own.call('POST', '/api/v1/flags', body)
  const client = await ready({ url: own.url, key, pollMs: 300 })
  await until(() => client.state.isStreaming)
  await own.stop('SIGKILL')
  assert.equal(client.flag('f', {}).value, 2)
  own = await startServer({ data: kept, args: ['--listen', `127.0.0.1:${port}`] })
  await own.call('PATCH', '/api/v1/flags/f', { value: 3 })
  await until(() => client.flag('f', {}).value === 3)
  await client.close()
  await own.stop()
})

test('the types are right for TypeScript', () => {
  writeFileSync(path.join(folder, 'use.mts'), `
    import { Engine, GossetClient } from '@gosset/client'
    import { GossetProvider } from '@gosset/client/server'
    import { GossetWebProvider } from '@gosset/client/web'
    import { OpenFeature } from '@openfeature/server-sdk'
    import { OpenFeature as Web } from '@openfeature/web-sdk'
    const client = new GossetClient({ url: 'http://x', key: 'k', repeats: 'session' })
    const value: unknown = client.flag('a', { targetingKey: 'u' }).value
    OpenFeature.setProvider(new GossetProvider({ client }))
    Web.setProvider(new GossetWebProvider({ url: 'http://x', key: 'k' }))
    const hash: Promise<string> = Engine.create().then((engine) => engine.compile({ flags: [] }).hash)
    // @ts-expect-error there is no such option
    new GossetClient({ url: 'http://x', key: 'k', repeats: 'sometimes' })
    export { value, hash }
  `)
  const run = spawnSync(process.execPath, [path.join(root, 'web/node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,dom', '--skipLibCheck', '--types', '', 'use.mts'], { cwd: folder, encoding: 'utf8' })
  assert.equal(run.status, 0, run.stdout)
})

/** One script of what the page uses, by the bundler of the web UI. */
async function bundle() {
  const entry = path.join(folder, 'page.mjs')
  writeFileSync(entry, `
    import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk'
    import { GossetWebProvider } from '@gosset/client/web'
    globalThis.clients = { OpenFeature, ProviderEvents, GossetWebProvider }`)
  const { build } = await import(path.join(path.dirname(web.resolve('vite/package.json')), 'dist/node/index.js'))
  const [{ output }] = [await build({
    configFile: false, logLevel: 'silent', root: folder, define: { 'process.env.NODE_ENV': '"production"' },
    build: { write: false, minify: false, lib: { entry, name: 'page', formats: ['iife'], fileName: 'page' } },
  })].flat()
  return output[0].code
}

test('OpenFeature in Chromium: the server decides, or with localRules the page itself; both see changes and track', async () => {
  const script = await bundle()
  const site = http.createServer((request, response) => {
    response.writeHead(200, { 'content-type': request.url === '/page.js' ? 'text/javascript' : 'text/html' })
    response.end(request.url === '/page.js' ? script : '<!doctype html><title>shop</title><script src="/page.js"></script>')
  })
  await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve))
  const browser = await openBrowser()
  try {
    for (const [localRules, key] of [[false, clientKey], [true, serverKey]]) {
      const page = await browser.newPage()
      await page.goto(`http://127.0.0.1:${site.address().port}/`)
      const said = await page.evaluate(async (options) => {
        const { OpenFeature, ProviderEvents, GossetWebProvider } = globalThis.clients
        globalThis.changed = []
        OpenFeature.addHandler(ProviderEvents.ConfigurationChanged, (event) => globalThis.changed.push(event.flagsChanged))
        await OpenFeature.setContext({ targetingKey: 'page-user', plan: 'free' })
        globalThis.provider = new GossetWebProvider({ ...options, flushMs: 20 })
        await OpenFeature.setProviderAndWait(globalThis.provider)
        const client = OpenFeature.getClient()
        const before = client.getBooleanValue('testers', false)
        await OpenFeature.setContext({ targetingKey: 'page-user', plan: 'pro' })
        client.track('page-purchase', { value: 5 })
        await globalThis.provider.flush()
        return { before, after: client.getBooleanValue('testers', false), text: client.getStringValue('text', ''), hidden: client.getBooleanDetails('hidden', false).errorCode, half: client.getBooleanValue('half', false) }
      }, { url: server.url, key, localRules })
      const half = await server.call('POST', '/ofrep/v1/evaluate/flags/half', { context: { targetingKey: 'page-user' } })
      assert.deepEqual(said, { before: false, after: true, text: 'é "b"', hidden: localRules ? undefined : 'FLAG_NOT_FOUND', half: half.json.value })
      await new Promise((resolve) => setTimeout(resolve, 300)) // until the stream is open
      const number = localRules ? 1000 : 2000
      await server.call('PATCH', '/api/v1/flags/number', { value: number })
      await until(() => page.evaluate((wanted) => globalThis.clients.OpenFeature.getClient().getNumberValue('number', 0) === wanted && globalThis.changed.length > 0, number))
      const { items } = (await server.call('GET', '/api/v1/events?name=page-purchase')).json
      assert.equal(items.length, localRules ? 2 : 1)
      await page.close()
    }
  } finally {
    await browser.close()
    site.close()
  }
})
