// Login by a certified OpenID Connect provider (npm oidc-provider), as a browser goes through it.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import http from 'node:http'
import { after, before, test } from 'node:test'
import Provider from 'oidc-provider'
import { adminKey, binary, startServer } from './server.mjs'

const secret = 'oidc-e2e-client-secret-0123456789'
let listener, issuer, server, gosset

/** A port that is free now: the address must be known before the server listens. */
async function freePort() {
  const probe = http.createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.on('listening', resolve))
  const { port } = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return port
}

before(async () => {
  listener = http.createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => listener.on('listening', resolve))
  issuer = `http://127.0.0.1:${listener.address().port}`
  const port = await freePort()
  gosset = `http://127.0.0.1:${port}`
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'gosset', client_secret: secret, token_endpoint_auth_method: 'client_secret_post', redirect_uris: [`${gosset}/api/v1/session/oidc/callback`] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@x.org`, email_verified: id !== 'unverified', name: 'Some Body' }),
    }),
  })
  listener.on('request', provider.callback())
  server = await startServer({
    args: ['--listen', `127.0.0.1:${port}`, '--oidc-issuer', issuer, '--oidc-client-id', 'gosset', '--oidc-base-url', gosset, '--oidc-domains', 'x.org', '--oidc-role', 'viewer'],
    env: { GOSSET_OIDC_CLIENT_SECRET: secret },
  })
})

after(async () => {
  await server?.stop()
  listener?.closeAllConnections()
  listener?.close()
})

/** A browser of few words: cookies for each host, redirects, and the provider's two forms. */
function browser() {
  const jar = new Map()
  const once = async (url, init = {}) => {
    const { host } = new URL(url)
    const cookies = jar.get(host) ?? new Map()
    jar.set(host, cookies)
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie: [...cookies].map(([k, v]) => `${k}=${v}`).join('; ') } })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/)
      if (value === '' || /max-age=0/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  const go = async (url, init) => {
    let response = await once(url, init)
    for (let i = 0; i < 20 && response.headers.get('location'); i++) {
      url = new URL(response.headers.get('location'), url).href
      if (url === `${gosset}/`) return { url, response }
      response = await once(url)
    }
    return { url, response }
  }
  const login = async (name) => {
    let at = await go(`${gosset}/api/v1/session/oidc`)
    for (let i = 0; i < 3 && at.url.includes('/interaction/'); i++) {
      const page = await at.response.text()
      const prompt = page.match(/name="prompt" value="(\w+)"/)[1]
      const action = page.match(/action="([^"]+)"/)[1]
      at = await go(new URL(action, at.url).href, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(prompt === 'login' ? { prompt, login: name, password: 'any' } : { prompt }).toString(),
      })
    }
    return at
  }
  return { jar, once, go, login }
}

test('somebody of an allowed domain logs in and becomes a viewer', async () => {
  const own = browser()
  const at = await own.login('ann')
  assert.equal(at.url, `${gosset}/`)
  const session = await own.once(`${gosset}/api/v1/session`)
  assert.equal(session.status, 200)
  const { member } = await session.json()
  assert.deepEqual([member.email, member.role, member.has_password], ['ann@x.org', 'viewer', false])
  assert.equal((await own.once(`${gosset}/api/v1/flags`)).status, 200)
  assert.equal((await own.once(`${gosset}/api/v1/keys`)).status, 403)
  const again = browser()
  assert.equal((await again.login('ann')).url, `${gosset}/`)
  assert.deepEqual(await (await again.once(`${gosset}/api/v1/session/methods`)).json(), { password: true, oidc: '/api/v1/session/oidc' })
})

test('an e-mail that was not verified, and a disabled user, are refused', async () => {
  const unverified = await browser().login('unverified')
  assert.equal(unverified.response.status, 401)
  assert.match((await unverified.response.json()).message, /not verified/)
  assert.equal((await browser().login('bob')).url, `${gosset}/`)
  const env = { ...process.env, GOSSET_URL: gosset, GOSSET_KEY: adminKey }
  assert.equal(spawnSync(binary, ['user', 'disable', 'bob@x.org'], { env }).status, 0)
  const disabled = await browser().login('bob')
  assert.equal(disabled.response.status, 403)
})

test('a callback that this browser did not ask for is refused', async () => {
  const back = `${gosset}/api/v1/session/oidc/callback`
  assert.equal((await browser().once(`${back}?code=x&state=y`)).status, 401)
  const own = browser()
  const away = await own.once(`${gosset}/api/v1/session/oidc`)
  const state = new URL(away.headers.get('location')).searchParams.get('state')
  assert.equal((await browser().once(`${back}?code=x&state=${state}`)).status, 401)
  const refused = await own.once(`${back}?error=access_denied&state=${state}`)
  assert.equal(refused.status, 401)
  assert.match((await refused.json()).message, /access_denied/)
  const other = browser()
  const begun = await other.once(`${gosset}/api/v1/session/oidc`)
  const wrong = await other.once(`${back}?code=made-up&state=${new URL(begun.headers.get('location')).searchParams.get('state')}`)
  assert.equal(wrong.status, 401)
  assert.match((await wrong.json()).message, /invalid_grant/)
  assert.ok(!server.output().includes(secret))
})

test('a provider that does not answer leaves passwords and keys working', async () => {
  const lonely = await startServer({ args: ['--oidc-issuer', 'http://127.0.0.1:9', '--oidc-client-id', 'gosset', '--oidc-base-url', 'http://127.0.0.1:1'] })
  try {
    const answer = await fetch(`${lonely.url}/api/v1/session/oidc`, { redirect: 'manual' })
    assert.equal(answer.status, 503)
    assert.equal((await lonely.call('GET', '/api/v1/flags')).status, 200)
  } finally {
    await lonely.stop()
  }
  const wrong = spawnSync(binary, ['serve', '--data', '/tmp/gosset-oidc-none', '--listen', '127.0.0.1:0', '--oidc-issuer', 'http://id.example.org'], { encoding: 'utf8' })
  assert.notEqual(wrong.status, 0)
  assert.match(wrong.stderr, /oidc_issuer must begin with https/)
})
