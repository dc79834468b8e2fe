// The OpenFeature web SDK with its OFREP provider, and Segment's browser client, in real Chromium, on
// a page of another origin than the server's.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startConditions, statuses } from './conditions.mjs'
import { startServer } from './server.mjs'
import { openBrowser } from './web/browser.mjs'

const web = createRequire(new URL('../../web/package.json', import.meta.url))
let server
let front
let clientKey
let site
let browser

/** The clients as one script, by the bundler of the web UI. */
async function bundle() {
  const { build } = await import(path.join(path.dirname(web.resolve('vite/package.json')), 'dist/node/index.js'))
  const entry = fileURLToPath(new URL('browser/page.mjs', import.meta.url))
  const [{ output }] = [await build({
    configFile: false, logLevel: 'silent', root: fileURLToPath(new URL('.', import.meta.url)),
    define: { 'process.env.NODE_ENV': '"production"' },
    build: { write: false, minify: false, lib: { entry, name: 'page', formats: ['iife'], fileName: 'page' } },
  })].flat()
  return output[0].code
}

async function startSite() {
  const script = await bundle()
  const made = http.createServer((request, response) => {
    const isScript = request.url === '/page.js'
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' })
    response.end(isScript ? script : '<!doctype html><title>shop</title><script src="/page.js"></script>')
  })
  await new Promise((resolve) => made.listen(0, '127.0.0.1', resolve))
  return made
}

async function openPage() {
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${site.address().port}/`)
  await page.waitForFunction(() => globalThis.clients !== undefined)
  return page
}

/** Makes the provider ready in the page, and counts what it tells. */
function startProvider(page, { baseUrl = server.url, key = clientKey, context = { targetingKey: 'u1' }, options = {} } = {}) {
  return page.evaluate(async ({ baseUrl, key, context, options }) => {
    const { OpenFeature, OFREPWebProvider, ProviderEvents } = globalThis.clients
    globalThis.told = []
    await OpenFeature.setContext(context)
    for (const event of Object.values(ProviderEvents))
      OpenFeature.addHandler(event, () => globalThis.told.push(event))
    try {
      await OpenFeature.setProviderAndWait(new OFREPWebProvider({ baseUrl, headers: [['Authorization', `Bearer ${key}`]], pollInterval: -1, ...options }))
    } catch (error) {
      return String(error)
    }
    return 'ready'
  }, { baseUrl, key, context, options })
}

const value = (page, key) => page.evaluate((name) => globalThis.clients.OpenFeature.getClient().getBooleanValue(name, false), key)

async function becomes(page, key, wanted, seconds = 5) {
  for (let i = 0; i < seconds * 20; i++) {
    if ((await value(page, key)) === wanted) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.fail(`${key} did not become ${wanted}`)
}

before(async () => {
  server = await startServer()
  clientKey = (await server.call('POST', '/api/v1/keys', { name: 'shop', scope: 'client' })).json.key
  for (const flag of [
    { key: 'banner', type: 'Boolean', default_value: false, enabled: true, rollout_percentage: 0 },
    { key: 'german', type: 'Boolean', default_value: false, enabled: true, targeting_rules: { segments: [], attributes: { country: 'DE' } } },
  ]) {
    const made = await server.call('POST', '/api/v1/flags', { name: flag.key, client_visible: true, ...flag })
    assert.equal(made.status, 201, made.text)
  }
  front = await startConditions(() => server.url)
  site = await startSite()
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await front?.stop()
  site?.close()
  await server?.stop()
})

test('the provider starts, and evaluates again when the context changes', async () => {
  const page = await openPage()
  assert.equal(await startProvider(page, { context: { targetingKey: 'u1', country: 'FR' } }), 'ready')
  assert.equal(await value(page, 'german'), false)
  await page.evaluate(() => globalThis.clients.OpenFeature.setContext({ targetingKey: 'u1', country: 'DE' }))
  await becomes(page, 'german', true)
  await page.evaluate(() => globalThis.clients.OpenFeature.setContext({ targetingKey: 'u1', country: 'FR' }))
  await becomes(page, 'german', false)
  await page.close()
})

test('a change is seen through the stream, without polling', async () => {
  const page = await openPage()
  assert.equal(await startProvider(page), 'ready')
  assert.equal(await value(page, 'banner'), false)
  await new Promise((resolve) => setTimeout(resolve, 300)) // for the stream to stand
  for (const share of [100, 0, 100]) {
    await server.call('PATCH', '/api/v1/flags/banner', { rollout_percentage: share })
    await becomes(page, 'banner', share === 100)
  }
  assert.ok((await page.evaluate(() => globalThis.told)).includes('PROVIDER_CONFIGURATION_CHANGED'))
  await page.close()
})

test('after the server was restarted, changes are seen again', async () => {
  const data = mkdtempSync(path.join(tmpdir(), 'gosset-e2e-'))
  const first = await startServer({ data })
  const key = (await first.call('POST', '/api/v1/keys', { name: 'shop', scope: 'client' })).json.key
  await first.call('POST', '/api/v1/flags', { key: 'f', name: 'f', type: 'Boolean', default_value: false, enabled: true, client_visible: true, rollout_percentage: 0 })
  const page = await openPage()
  assert.equal(await startProvider(page, { baseUrl: first.url, key }), 'ready')
  assert.equal(await value(page, 'f'), false)
  await first.stop()
  const second = await startServer({ data, args: ['--listen', new URL(first.url).host] })
  try {
    await second.call('PATCH', '/api/v1/flags/f', { rollout_percentage: 100 })
    await becomes(page, 'f', true, 30)
  } finally {
    await page.close()
    await second.stop()
    rmSync(data, { recursive: true, force: true })
  }
})

test('a wrong key is fatal, and is asked once', async () => {
  const page = await openPage()
  let asked = 0
  page.on('request', (request) => { if (request.method() === 'POST') asked++ })
  assert.notEqual(await startProvider(page, { key: 'wrong-wrong-wrong-wrong' }), 'ready')
  await new Promise((resolve) => setTimeout(resolve, 500))
  assert.equal(asked, 1)
  await page.close()
})

test('Segment\'s browser client sends to us what it is told to', async () => {
  const page = await openPage()
  await page.evaluate(async ({ url, key }) => {
    const { AnalyticsBrowser } = globalThis.clients
    const analytics = AnalyticsBrowser.load({ writeKey: key, cdnURL: url })
    await analytics.track('browser event', { value: 3 })
    await analytics.identify('person-1', { plan: 'pro' })
    await analytics.page()
  }, { url: server.url, key: clientKey })
  let seen
  for (let i = 0; i < 50 && !seen; i++) {
    const names = await server.call('GET', '/api/v1/events/names')
    seen = names.json.items.find((item) => item.name === 'browser event')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.equal(seen?.count, 1)
  const user = await server.call('GET', '/api/v1/users/person-1')
  assert.deepEqual(user.json.attributes, { plan: 'pro' })
  assert.equal(user.json.devices.length, 1)
  await page.close()
})

/** A page in which nothing may be thrown. */
async function openQuietPage() {
  const page = await openPage()
  const thrown = []
  page.on('pageerror', (error) => thrown.push(String(error)))
  return { page, thrown }
}

for (const condition of [...statuses.map(String), 'cut'])
  test(`the browser's provider under ${condition}: the default, no exception, and right again afterwards`, async () => {
    const { page, thrown } = await openQuietPage()
    const always = condition === 'cut' ? 'cut' : `always-${condition}`
    assert.notEqual(await startProvider(page, { baseUrl: `${front.url}/${always}`, context: { targetingKey: 'u1', country: 'DE' } }), 'ready')
    assert.equal(await value(page, 'german'), false)
    const details = await page.evaluate(() => globalThis.clients.OpenFeature.getClient().getBooleanDetails('german', false))
    assert.equal(details.reason, 'ERROR')
    await page.evaluate(() => globalThis.clients.OpenFeature.clearProviders())
    assert.equal(await startProvider(page, { baseUrl: `${front.url}/pass`, context: { targetingKey: 'u1', country: 'DE' } }), 'ready')
    await becomes(page, 'german', true)
    assert.deepEqual(thrown, [])
    await page.close()
  })

for (const condition of [...statuses.map(String), 'cut'])
  test(`Segment's browser client under ${condition}: no exception, nothing twice, and what may be sent again arrives`, async () => {
    const { page, thrown } = await openQuietPage()
    const name = `under ${condition}`
    await page.evaluate(({ url, key, host, name }) => {
      const { AnalyticsBrowser } = globalThis.clients
      const analytics = AnalyticsBrowser.load({ writeKey: key, cdnURL: url }, { integrations: { 'Segment.io': { apiHost: host, protocol: 'http' } } })
      analytics.track(name)
      globalThis.later = () => analytics.track(`later, ${name}`)
    }, { url: server.url, key: clientKey, host: `${front.url.replace('http://', '')}/once-${condition}-segment/v1`, name })
    const counted = async (wanted) => (await server.call('GET', '/api/v1/events/names')).json.items.find((item) => item.name === wanted)?.count ?? 0
    const arrives = async (wanted) => {
      for (let i = 0; i < 300 && (await counted(wanted)) === 0; i++) await new Promise((resolve) => setTimeout(resolve, 100))
      return counted(wanted)
    }
    for (let i = 0; i < 100 && !front.seen[`once-${condition}-segment`]; i++) await new Promise((resolve) => setTimeout(resolve, 50))
    assert.ok(front.seen[`once-${condition}-segment`], 'it was refused')
    await page.evaluate(() => globalThis.later())
    assert.equal(await arrives(`later, ${name}`), 1)
    if (['429', '500', 'cut'].includes(condition)) assert.equal(await arrives(name), 1)
    else assert.equal(await counted(name), 0)
    assert.deepEqual(thrown, [])
    await page.close()
  })
