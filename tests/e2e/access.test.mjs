// People who log in: from the command line, over HTTP as a browser does, and what of it is ever written down.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { adminKey, binary, startServer } from './server.mjs'

const password = 'e2e correct horse battery'

function cli(server, args, input) {
  return spawnSync(binary, args, {
    env: { ...process.env, GOSSET_URL: server.url, GOSSET_KEY: adminKey },
    input,
    encoding: 'utf8',
  })
}

async function login(server, email, secret = password, headers = {}) {
  const response = await fetch(server.url + '/api/v1/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ email, password: secret }),
  })
  const body = await response.json()
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
  const call = (method, route, sent, more = {}) =>
    fetch(server.url + route, {
      method,
      headers: { cookie, 'x-gosset-csrf': body.csrf ?? '', 'content-type': 'application/json', ...more },
      body: sent === undefined ? undefined : JSON.stringify(sent),
    })
  return { status: response.status, headers: response.headers, body, cookie, call }
}

test('a user is made on the command line, logs in, acts by role, and is named in the audit log', async () => {
  const server = await startServer({ args: ['--log_level', 'debug'] })
  const secrets = [password, adminKey, 'another e2e password']
  try {
    assert.equal(cli(server, ['user', 'create', 'Ed@x.org', '--role', 'editor', '--password-stdin'], password + '\n').status, 0)
    const short = cli(server, ['user', 'create', 'b@x.org', '--role', 'editor', '--password-stdin'], 'short\n')
    assert.equal(short.status, 1)
    assert.match(short.stderr, /10 to 1024 bytes/)
    assert.ok(!short.stderr.includes('short\n'))
    const ed = await login(server, 'ed@x.org')
    assert.equal(ed.status, 200)
    assert.match(ed.headers.get('set-cookie'), /; HttpOnly; SameSite=Strict$/)
    secrets.push(ed.cookie.split('=')[1], ed.body.csrf)
    assert.equal((await ed.call('POST', '/api/v1/flags', { key: 'f', type: 'Boolean' })).status, 201)
    assert.equal((await ed.call('GET', '/api/v1/keys')).status, 403)
    assert.equal((await ed.call('POST', '/api/v1/flags', { key: 'g', type: 'Boolean' }, { 'x-gosset-csrf': 'x' })).status, 403)
    assert.equal((await ed.call('GET', '/api/v1/flags/f', undefined, { 'x-gosset-environment': 'staging' })).status, 404)
    const audit = await (await ed.call('GET', '/api/v1/audit?kind=flag')).json()
    assert.equal(audit.items[0].actor, 'ed@x.org')
    const changed = await ed.call('PUT', '/api/v1/session/password', { current: password, password: secrets[2] })
    assert.equal(changed.status, 200)
    assert.equal((await ed.call('GET', '/api/v1/session')).status, 401)
    assert.equal((await login(server, 'ed@x.org')).status, 401)
    assert.equal((await login(server, 'ed@x.org', secrets[2])).status, 200)
    assert.match(cli(server, ['user', 'list']).stdout, /ed@x.org +editor +no/)
    assert.equal(cli(server, ['user', 'disable', 'ed@x.org']).status, 0)
    assert.equal((await login(server, 'ed@x.org', secrets[2])).status, 401)
    await login(server, 'nobody@x.org')
    const sessions = (await server.call('GET', '/api/v1/audit?kind=session')).json.items.map(({ actor, action, after }) => `${actor} ${action} ${after.address}`)
    assert.deepEqual(sessions, ['nobody@x.org login_failed 127.0.0.1', 'ed@x.org login_failed 127.0.0.1', 'ed@x.org login 127.0.0.1', 'ed@x.org login_failed 127.0.0.1', 'ed@x.org login 127.0.0.1', 'ed@x.org login 127.0.0.1'])
    const metrics = await (await fetch(server.url + '/metrics')).text()
    for (const secret of secrets) {
      assert.ok(!server.output().includes(secret), 'a secret is in the log')
      assert.ok(!metrics.includes(secret), 'a secret is in the metrics')
    }
  } finally {
    await server.stop()
  }
})

test('a session outlives a restart, and the catalog does not give it away', async () => {
  const { mkdtempSync, readFileSync, readdirSync, rmSync } = await import('node:fs')
  const { tmpdir } = await import('node:os')
  const data = mkdtempSync(tmpdir() + '/gosset-access-')
  let server = await startServer({ data })
  try {
    cli(server, ['user', 'create', 'ed@x.org', '--role', 'viewer', '--password-stdin'], password + '\n')
    const ed = await login(server, 'ed@x.org')
    await server.stop()
    for (const name of readdirSync(data).filter((name) => name.startsWith('catalog.db'))) {
      const bytes = readFileSync(data + '/' + name)
      assert.ok(!bytes.includes(ed.cookie.split('=')[1]))
      assert.ok(!bytes.includes(password))
      assert.ok(!bytes.includes(adminKey))
    }
    server = await startServer({ data })
    const again = await fetch(server.url + '/api/v1/session', { headers: { cookie: ed.cookie } })
    assert.equal(again.status, 200)
    assert.equal((await again.json()).csrf, ed.body.csrf)
  } finally {
    await server.stop()
    rmSync(data, { recursive: true, force: true })
  }
})

test('a burst of logins is told to come back while others are served', async () => {
  const server = await startServer()
  try {
    const tries = await Promise.all(Array.from({ length: 30 }, (_, i) => login(server, `u${i}@x.org`)))
    const statuses = tries.map((t) => t.status)
    assert.ok(statuses.every((status) => status === 401 || status === 429), statuses.join())
    assert.ok(statuses.includes(429))
    const refused = tries.find((t) => t.status === 429)
    assert.match(refused.headers.get('retry-after'), /^[1-9][0-9]*$/)
    assert.equal((await server.call('GET', '/api/v1/flags')).status, 200)
  } finally {
    await server.stop()
  }
})

test('behind a named proxy cookies are Secure and each client has its own tries', async () => {
  const server = await startServer({ args: ['--trusted_proxies', '127.0.0.1'] })
  try {
    cli(server, ['user', 'create', 'ed@x.org', '--role', 'viewer', '--password-stdin'], password + '\n')
    const ed = await login(server, 'ed@x.org', password, { 'x-forwarded-proto': 'https' })
    assert.match(ed.headers.get('set-cookie'), /; Secure$/)
    for (let i = 0; i < 10; i++) await login(server, `v${i}@x.org`, password, { 'x-forwarded-for': '192.0.2.1' })
    const late = await login(server, 'v11@x.org', password, { 'x-forwarded-for': '192.0.2.1' })
    assert.equal(late.status, 429)
    const other = await login(server, 'v11@x.org', password, { 'x-forwarded-for': '192.0.2.2' })
    assert.equal(other.status, 401)
  } finally {
    await server.stop()
  }
})

test('a change waits for somebody else, over HTTP and on the command line', async () => {
  const server = await startServer()
  try {
    cli(server, ['user', 'create', 'ed@x.org', '--role', 'editor', '--password-stdin'], password + '\n')
    cli(server, ['user', 'create', 'ann@x.org', '--role', 'approver', '--password-stdin'], password + '\n')
    assert.equal(cli(server, ['change', 'require', 'on', '--environment', 'production']).status, 0)
    const ed = await login(server, 'ed@x.org')
    const ann = await login(server, 'ann@x.org')
    const proposed = await ed.call('POST', '/api/v1/flags', { key: 'f', type: 'Boolean' })
    assert.equal(proposed.status, 202)
    const { id } = await proposed.json()
    assert.equal(proposed.headers.get('location'), `/api/v1/proposals/${id}`)
    assert.match(cli(server, ['change', 'list', '--status', 'pending']).stdout, /create flag f/)
    assert.match(cli(server, ['change', 'show', id]).stdout, /\+ \{"id"/)
    assert.equal((await ed.call('POST', `/api/v1/proposals/${id}/approve`)).status, 403)
    assert.equal((await ann.call('POST', `/api/v1/proposals/${id}/approve`, { reason: 'fine' })).status, 200)
    assert.equal((await server.call('GET', '/api/v1/flags/f')).status, 200)
  } finally {
    await server.stop()
  }
})
