// Every client, unmodified, under what servers and networks do: 401, 403, 404, 413, 429, 500, a restart
// of the server, and a cut. Decisions fall back to the default with an error, never an exception, and
// are right again afterwards; events that may be sent again arrive once.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import readline from 'node:readline'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { OpenFeature } from '@openfeature/server-sdk'
import { OFREPProvider } from '@openfeature/ofrep-provider'
import { Analytics } from '@segment/analytics-node'
import RudderAnalytics from '@rudderstack/rudder-sdk-node'
import { startConditions, statuses } from './conditions.mjs'
import { startServer } from './server.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const data = mkdtempSync(path.join(tmpdir(), 'gosset-conditions-'))
let server, front, key

before(async () => {
  server = await startServer({ data })
  front = await startConditions(() => server.url)
  key = (await server.call('POST', '/api/v1/keys', { name: 'app', scope: 'server' })).json.key
  for (const flag of [
    { key: 'bool', default_value: false, type: 'Boolean' }, { key: 'text', type: 'String', default_value: '', value: 'on' },
    { key: 'integer', type: 'Number', default_value: 1, value: 10 }, { key: 'float', type: 'Number', default_value: 0.5, value: 12.5 },
  ]) assert.equal((await server.call('POST', '/api/v1/flags', { enabled: true, ...flag })).status, 201)
})
after(async () => {
  await OpenFeature.close()
  await front.stop()
  await server.stop()
  rmSync(data, { recursive: true, force: true })
})

/** A program that reads "URL KEY FLAG DEFAULT" and answers "VALUE ERROR REASON VARIANT". */
function asker(command, args, env) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting = []
  readline.createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(line))
  child.on('exit', () => { for (const done of waiting) done('the program ended') })
  return {
    ask: async (url, flag = 'bool', otherwise = 'false', token = key) => {
      const line = await new Promise((resolve) => { waiting.push(resolve); child.stdin.write(`${url} ${token} ${flag} ${otherwise}\n`) })
      const [value, error, reason, variant] = line.split('\t')
      return { value, error: error === 'null' || error === 'None' ? null : error, reason, variant }
    },
    stop: () => child.stdin.end(),
  }
}

function javaClasses() {
  const file = path.join(data, 'classpath')
  try {
    execFileSync('mvn', ['-q', '-B', '-f', here('java/pom.xml'), 'dependency:build-classpath', `-Dmdep.outputFile=${file}`], { stdio: 'ignore', timeout: 120000 })
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

/** The program for Go, built beside the data; null without Go or its modules. */
function goProgram() {
  const file = path.join(data, 'ask-go')
  try {
    execFileSync('go', ['build', '-o', file, '.'], { cwd: here('go'), stdio: 'ignore', timeout: 180000, env: { ...process.env, GOTOOLCHAIN: 'local' } })
    return file
  } catch {
    return null
  }
}

const openers = {
  'server-sdk for JavaScript': () => {
    const domains = {}
    return {
      ask: async (url, flag = 'bool', otherwise = 'false', token = key) => {
        const domain = `conditions ${url} ${token}`
        domains[domain] ??= OpenFeature.setProviderAndWait(domain, new OFREPProvider({ baseUrl: url, headers: [['Authorization', `Bearer ${token}`]] }))
        await domains[domain]
        const client = OpenFeature.getClient(domain)
        const got = otherwise === 'false' ? await client.getBooleanDetails(flag, false, { targetingKey: 'u1' })
          : /^[\d.]+$/.test(otherwise) ? await client.getNumberDetails(flag, Number(otherwise), { targetingKey: 'u1' })
            : await client.getStringDetails(flag, otherwise, { targetingKey: 'u1' })
        return { value: String(got.value), error: got.errorCode ?? null, reason: got.reason, variant: got.variant }
      },
      stop: () => {},
    }
  },
  'provider for Python': () => existsSync(here('python/packages/openfeature'))
    ? asker('python3', [here('python/ask.py')], { PYTHONPATH: here('python/packages') }) : 'the packages of PyPI are not here',
  'provider for Java': () => {
    const classes = javaClasses()
    return classes ? asker('java', ['-cp', classes, here('java/Ask.java')]) : 'mvn, or the packages of Maven, are not here'
  },
  'provider for Go': () => {
    const program = goProgram()
    return program ? asker(program, []) : 'go, or its modules, are not here'
  },
}

for (const [name, open] of Object.entries(openers)) {
  test(`the ${name} falls back under every condition, and is right again afterwards`, async (t) => {
    const client = open()
    if (typeof client === 'string') return t.skip(client)
    try {
      assert.equal((await client.ask(server.url)).value, 'true')
      assert.equal((await client.ask(server.url, 'text', 'x')).value, 'on')
      assert.equal(Number((await client.ask(server.url, 'integer', '1')).value), 10)
      assert.equal(Number((await client.ask(server.url, 'float', '0.5')).value), 12.5)
      assert.ok((await client.ask(server.url)).variant)
      assert.match((await client.ask(server.url, 'unknown')).error, /FLAG_NOT_FOUND/)
      const wrong = await client.ask(server.url, 'bool', 'false', 'no-such-key')
      assert.equal(wrong.value, 'false')
      assert.ok(wrong.error)
      for (const condition of [...statuses.map((status) => `always-${status}`), 'cut']) {
        const got = await client.ask(`${front.url}/${condition}`)
        assert.equal(got.value, 'false', condition)
        assert.ok(got.error, condition)
      }
      for (const condition of ['once-500', 'once-429', 'once-cut']) {
        await client.ask(`${front.url}/${condition}`)
        let got
        for (let i = 0; i < 30 && got?.value !== 'true'; i++) {
          if (i > 0) await new Promise((resolve) => setTimeout(resolve, 200))
          got = await client.ask(`${front.url}/${condition}`)
        }
        assert.equal(got.value, 'true', condition)
      }
      const { host } = new URL(server.url)
      await server.stop()
      assert.equal((await client.ask(server.url)).value, 'false')
      server = await startServer({ data, args: ['--listen', host] })
      assert.equal((await client.ask(server.url)).value, 'true')
    } finally {
      client.stop()
    }
  })
}

async function counted(name, expected) {
  for (let i = 0; i < 150; i++) {
    const names = (await server.call('GET', '/api/v1/events/names')).json.items
    const got = names.find((item) => item.name === name)?.count ?? 0
    if (got >= expected) return got
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return 0
}

const senders = {
  'Segment for Node': (url, event) => {
    const { origin, pathname } = new URL(url)
    const analytics = new Analytics({ writeKey: key, host: origin, path: `${pathname}/v1/batch`, flushAt: 1, maxRetries: 5 })
    const errors = []
    analytics.on('error', (error) => errors.push(error))
    analytics.track({ userId: 'u', event })
    return { done: () => analytics.closeAndFlush({ timeout: 15000 }), errors }
  },
  'RudderStack for Node': (url, event) => {
    const client = new RudderAnalytics(key, { dataPlaneUrl: url, flushAt: 20, flushInterval: 60000, errorHandler: () => {} })
    const errors = []
    client.track({ userId: 'u', event }, (error) => { if (error) errors.push(error) })
    return { done: () => new Promise((resolve) => client.flush((error) => { if (error) errors.push(error); resolve() })?.catch?.(() => {})), errors }
  },
}

for (const [name, send] of Object.entries(senders)) {
  test(`${name} sends again after 429, 500 and a cut, and goes on after what it must give up`, async () => {
    for (const condition of ['once-429', 'once-500', 'once-cut']) {
      const event = `${name} ${condition}`
      front.seen[condition] = 0
      const sent = send(`${front.url}/${condition}`, event)
      await sent.done()
      assert.equal(await counted(event, 1), 1, `${event}: ${sent.errors}`)
    }
    for (const status of [401, 403, 404, 413]) {
      await send(`${front.url}/always-${status}`, `${name} given up`).done()
      assert.ok(front.seen[`always-${status}`] > 0)
    }
    const event = `${name} afterwards`
    await send(`${front.url}/pass`, event).done()
    assert.equal(await counted(event, 1), 1)
    assert.equal((await server.call('GET', '/api/v1/events/names')).json.items.find((item) => item.name === `${name} given up`), undefined)
  })
}
