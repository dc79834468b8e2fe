// libgosset-client as a user has it: installed into a folder, found by pkg-config and by CMake, and
// the example that is in the documentation run against the real server.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { after, before, test } from 'node:test'
import { adminKey, binary, startServer } from './server.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const folder = mkdtempSync(path.join(tmpdir(), 'gosset-client-'))
const prefix = path.join(folder, 'prefix')
const lib = path.join(prefix, 'lib')
let server
let key
let installed = ''
const shops = {}

function run(command, args, options = {}) {
  const done = spawnSync(command, args, { encoding: 'utf8', timeout: 120000, ...options })
  assert.equal(done.status, 0, `${command} ${args.join(' ')}\n${done.stdout}\n${done.stderr}`)
  return done.stdout
}

/** Runs an example; its lines, by what stands before the colon. */
function shop(which, user, { country, url = server.url, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(shops[which], [user, ...(country ? [country] : [])], {
      env: { ...process.env, GOSSET_URL: url, GOSSET_KEY: key, LD_LIBRARY_PATH: installed, ...env },
    })
    let out = ''
    let log = ''
    child.stdout.on('data', (part) => { out += part })
    child.stderr.on('data', (part) => { log += part })
    child.on('close', (status) => {
      const said = Object.fromEntries(out.trim().split('\n').filter(Boolean).map((line) => line.split(/: (.*)/s).slice(0, 2)))
      resolve({ ...said, status, log })
    })
  })
}

before(async () => {
  server = await startServer()
  key = (await server.call('POST', '/api/v1/keys', { name: 'shop', scope: 'server' })).json.key
  const body = {
    name: 'button', type: 'AB', variants: [{ name: 'control' }, { name: 'treatment', configuration: { size: 'large' } }],
    traffic_allocation: { control: 50, treatment: 50 }, success_metrics: { primary_metric: 'bought' },
  }
  for (const [route, one] of [
    ['metrics', { name: 'bought', type: 'Rate', calculation: 'exists(purchase)', aggregation: 'Average' }],
    ['flags', { key: 'new-search', name: 'S', type: 'Boolean', default_value: false, enabled: true, targeting_rules: { segments: [], attributes: { country: { matches: '^(DE|FR)$' } } } }],
    ['flags', { key: 'colour', name: 'C', type: 'String', default_value: 'grey', value: 'blue', enabled: true }],
    ['flags', { key: 'items', name: 'I', type: 'Number', default_value: 10, value: 25, enabled: true }],
    ['experiments', body],
  ]) {
    const made = await server.call('POST', `/api/v1/${route}`, one)
    assert.equal(made.status, 201, made.text)
  }
  assert.equal((await server.call('POST', '/api/v1/experiments/button/start')).status, 200)
})
after(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

test('it is installed whole: libraries, headers, pkg-config and CMake files, and nothing of the build folder in them', () => {
  run('cmake', ['--install', path.dirname(binary), '--prefix', prefix, '--component', 'client'])
  installed = existsSync(path.join(lib, 'libgosset-client.so')) ? lib
    : path.join(lib, readdirSync(lib).find((name) => existsSync(path.join(lib, name, 'libgosset-client.so'))))
  for (const file of ['libgosset-client.so.0', 'libgosset-client.a', 'pkgconfig/gosset-client.pc', 'cmake/gosset-client/gosset-client-config.cmake'])
    assert.ok(existsSync(path.join(installed, file)), file)
  const text = readFileSync(path.join(installed, 'pkgconfig/gosset-client.pc'), 'utf8') +
    readFileSync(path.join(installed, 'cmake/gosset-client/gosset-client-config.cmake'), 'utf8')
  assert.ok(!text.includes(root) && !text.includes(folder))
})

test('it shows gos_ names under a version, and no others', () => {
  const symbols = run('nm', ['-D', '--defined-only', path.join(installed, 'libgosset-client.so')]).trim().split('\n')
  assert.ok(symbols.some((line) => / gos_client_open@@GOSSET_CLIENT_0$/.test(line)))
  for (const line of symbols) assert.match(line, / T gos_\w+@@GOSSET_CLIENT_0$| A GOSSET_CLIENT_0$/)
  const inside = run('nm', ['-g', '--defined-only', path.join(installed, 'libgosset-client.a')])
  for (const line of inside.split('\n').filter((one) => / [A-Z] /.test(one))) assert.match(line, / [A-Z] gos_\w+$/)
})

test('the example builds with pkg-config, with find_package, statically, and as C++ reads the headers', () => {
  const source = path.join(folder, 'c')
  cpSync(path.join(root, 'examples/c'), source, { recursive: true })
  const env = { ...process.env, PKG_CONFIG_PATH: path.join(installed, 'pkgconfig') }
  run('make', ['shop', 'shop-static'], { cwd: source, env })
  run('cmake', ['-S', source, '-B', path.join(source, 'build'), `-DCMAKE_PREFIX_PATH=${prefix}`])
  run('cmake', ['--build', path.join(source, 'build')])
  Object.assign(shops, {
    'pkg-config': path.join(source, 'shop'), 'pkg-config, static': path.join(source, 'shop-static'),
    cmake: path.join(source, 'build/shop-client'), 'cmake, static': path.join(source, 'build/shop-client-static'),
  })
  writeFileSync(path.join(source, 'h.c'), '#include <gosset/client.h>\nint main(void) { gos_client_close(NULL, 0); return 0; }\n')
  run('cc', ['-std=c11', '-Wall', '-Wextra', '-Wpedantic', '-Werror', `-I${prefix}/include`, '-fsyntax-only', path.join(source, 'h.c')])
})

test('every build decides as the server does, and what it tells arrives', async () => {
  for (const which of Object.keys(shops)) {
    for (const country of ['DE', 'US']) {
      const user = `${which} ${country}`
      const said = await shop(which, user, { country })
      assert.equal(said.status, 0, said.log)
      const ask = async (flag) => (await server.call('POST', `/ofrep/v1/evaluate/flags/${flag}`, { context: { targetingKey: user, country } })).json
      const search = await ask('new-search')
      assert.equal(said['new-search'], `${search.value} (${search.reason})`)
      assert.equal(said.colour, 'blue (OK)')
      assert.equal(said.items, '25')
      assert.equal(said.sent, '2')
      const kept = await server.call('GET', `/api/v1/users/${encodeURIComponent(user)}`)
      assert.equal(kept.json.assignments.length, 1, kept.text)
      assert.equal(said.button.split(' ')[0], kept.json.assignments[0].variant)
      const explained = await server.call('POST', '/api/v1/explain', { experiment: 'button', context: { user_id: user } })
      assert.equal(explained.json.variant, kept.json.assignments[0].variant)
    }
  }
})

/** A watcher: what it says, line by line; `ask` makes it look at the flag. */
function watch(env) {
  const child = spawn(path.join(folder, 'c/build/watch'), ['live', 'u'], { env: { ...process.env, GOSSET_KEY: key, LD_LIBRARY_PATH: installed, ...env } })
  const made = { lines: [], ask: () => child.stdin.write('\n') }
  child.stdout.on('data', (part) => made.lines.push(...String(part).trim().split('\n')))
  made.says = async (wanted, ask = false) => {
    for (let i = 0; i < 1000; i++) {
      if (ask && i % 5 === 0) made.ask()
      if (made.lines.includes(wanted)) {
        made.lines = []
        return
      }
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    assert.fail(`${wanted} is not in ${made.lines.slice(-10)}`)
  }
  made.stop = () => new Promise((resolve) => {
    child.on('close', resolve)
    child.stdin.end()
  })
  return made
}

test('over TLS, with the stream: a change is seen, and a restarted server is found again', async () => {
  const kept = mkdtempSync(path.join(folder, 'data-'))
  const pem = { key: path.join(folder, 'key.pem'), cert: path.join(folder, 'cert.pem') }
  run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', pem.key, '-out', pem.cert])
  const start = (port) => startServer({ data: kept, args: ['--listen', `127.0.0.1:${port}`, '--tls-certificate', pem.cert, '--tls-key', pem.key] })
  const change = (port, method, route, body) => JSON.parse(run('curl', ['-s', '--cacert', pem.cert, '-X', method, '-H', `Authorization: Bearer ${adminKey}`, '-d', JSON.stringify(body), `https://127.0.0.1:${port}/api/v1/${route}`]))
  let own = await start(0)
  const { port } = new URL(own.url)
  const itsKey = change(port, 'POST', 'keys', { name: 's', scope: 'server' }).key
  change(port, 'POST', 'flags', { key: 'live', name: 'live', type: 'Boolean', default_value: false, enabled: true })
  const watcher = watch({ GOSSET_URL: `https://127.0.0.1:${port}`, GOSSET_KEY: itsKey, GOSSET_CA: pem.cert })
  const stranger = watch({ GOSSET_URL: `https://127.0.0.1:${port}`, GOSSET_KEY: itsKey })
  await watcher.says('live: true')
  change(port, 'PATCH', 'flags/live', { enabled: false })
  await watcher.says('live: false', true)
  await own.stop('SIGKILL')
  await watcher.says('live: false', true)
  own = await start(port)
  change(port, 'PATCH', 'flags/live', { enabled: true })
  await watcher.says('live: true', true)
  await stranger.says('live: false') // a certificate that nobody vouches for: no ruleset, the caller's value
  await Promise.all([watcher.stop(), stranger.stop()])
  await own.stop()
})

test('a wrong key, a client\'s key and no server at all leave the caller\'s values', async () => {
  const browser = (await server.call('POST', '/api/v1/keys', { name: 'page', scope: 'client' })).json.key
  const bad = [
    [{ env: { GOSSET_KEY: 'gosset-wrong-key-0123456789' } }, /401/],
    [{ env: { GOSSET_KEY: browser } }, /403/],
    [{ url: 'http://127.0.0.1:9' }, /connect/i],
  ]
  const all = await Promise.all(bad.map(([options]) => shop('cmake', 'u', options)))
  for (const [i, [, reason]] of bad.entries()) {
    const said = all[i]
    assert.equal(said['new-search'], 'false (ERROR)')
    assert.equal(said.colour, 'grey (UNAVAILABLE)')
    assert.match(said.log, reason)
    assert.ok(!said.log.includes(key) && !said.log.includes(browser))
  }
})

test('what it kept in a folder serves while the server is down, and is its owner\'s alone', async () => {
  const kept = mkdtempSync(path.join(folder, 'kept-'))
  const env = { GOSSET_FOLDER: kept }
  const first = await shop('cmake', 'u9', { country: 'DE', env })
  const [file] = readdirSync(kept)
  assert.match(file, /^gosset-[0-9a-f]{16}\.ruleset$/)
  assert.equal(statSync(path.join(kept, file)).mode & 0o777, 0o600)
  await server.stop('SIGKILL')
  const alone = await shop('cmake', 'u9', { country: 'DE', env })
  assert.equal(alone['new-search'], first['new-search'])
  assert.equal(alone.button, first.button)
  assert.equal(alone.ruleset, `${first.ruleset} (kept)`)
  assert.equal(alone.status, 2) // what it tells waits
  writeFileSync(path.join(kept, file), readFileSync(path.join(kept, file)).subarray(0, -8))
  const cut = await shop('cmake', 'u9', { country: 'DE', env })
  assert.equal(cut.colour, 'grey (UNAVAILABLE)')
  assert.match(cut.log, /kept ruleset is not used: the ruleset is cut off/)
})
