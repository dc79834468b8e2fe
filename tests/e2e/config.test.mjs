// Starting, stopping and settings: what is wrong is said in words, nothing is lost, no secret is told.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { adminKey, binary, startServer } from './server.mjs'

const folder = mkdtempSync(path.join(tmpdir(), 'gosset-config-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** Runs `gosset serve` that is expected to end by itself. */
function serve(args, env = {}) {
  const done = spawnSync(binary, ['serve', '--data', path.join(folder, 'wrong'), '--listen', '127.0.0.1:0', ...args], {
    env: { ...process.env, ...env }, encoding: 'utf8', timeout: 20000,
  })
  return { status: done.status, text: done.stdout + done.stderr }
}

const file = (name, text) => {
  const at = path.join(folder, name)
  writeFileSync(at, text)
  return at
}

for (const [what, args, env, said] of [
  ['an option that is none', ['--colour', 'red'], {}, /no option "--colour"/],
  ['an option without its value', ['--threads'], {}, /--threads needs a value/],
  ['a number that is none', ['--threads', 'many'], {}, /threads is "many".*0 to 256/],
  ['a number above its limit', ['--threads', '257'], {}, /threads is "257".*0 to 256/],
  ['a number under its limit', ['--keep-assignments-days=0'], {}, /keep_assignments_days is "0".*1 to 36500/],
  ['a level that is none', ['--log-level', 'loud'], {}, /log_level is "loud".*error, warn, info and debug/],
  ['an address without a port', ['--listen', 'localhost'], {}, /listen is "localhost".*HOST:PORT/],
  ['a wrong value in the environment', [], { GOSSET_SPOOL_MAX_MB: 'big' }, /GOSSET_SPOOL_MAX_MB: spool_max_mb is "big"/],
  ['a wrong line in the file', ['--config', file('line.conf', '# fine\nthreads = 1\nthreads two\n')], {}, /line\.conf, line 3: .*name = value/],
  ['an unknown key in the file', ['--config', file('key.conf', 'color = red\n')], {}, /key\.conf, line 1: there is no setting "color"/],
]) {
  test(`${what} is said, and the program ends with 2`, () => {
    const done = serve(args, env)
    assert.match(done.text, said)
    assert.equal(done.status, 2, done.text)
  })
}

test('a settings file that is not there is said', () => {
  const done = serve(['--config', path.join(folder, 'none.conf')])
  assert.match(done.text, /none\.conf cannot be opened: No such file/)
  assert.notEqual(done.status, 0)
})

test('a port that is taken is said, and the program ends with 1', async () => {
  const holder = net.createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => holder.once('listening', resolve))
  const done = serve(['--listen', `127.0.0.1:${holder.address().port}`])
  holder.close()
  assert.match(done.text, /address already in use/i)
  assert.equal(done.status, 1)
})

test('a data folder that cannot be made is said, and the program ends with 1', () => {
  const done = serve(['--data', path.join(file('plain', ''), 'data')])
  assert.match(done.text, /data folder .*cannot be made: Not a directory/)
  assert.equal(done.status, 1)
})

test('the command line wins over the environment, which wins over the file', async () => {
  const config = file('order.conf', 'path_prefix = /file\nlog_level = debug\n')
  for (const [args, env, prefix] of [
    [[], {}, '/file'],
    [[], { GOSSET_PATH_PREFIX: '/environment' }, '/environment'],
    [['--path-prefix', '/line'], { GOSSET_PATH_PREFIX: '/environment' }, '/line'],
  ]) {
    const server = await startServer({ args: ['--config', config, ...args], env })
    const found = await server.call('GET', `${prefix}/healthz`)
    await server.stop()
    assert.equal(found.status, 200, prefix)
  }
})

test('the first admin key is printed once, holds, and is not printed again', async () => {
  const data = path.join(folder, 'key')
  const first = await startServer({ data, env: { GOSSET_ADMIN_KEY: '' } })
  while (!/shown this once: \S+\n/.test(first.output())) await new Promise((resolve) => setTimeout(resolve, 10))
  const key = first.output().match(/shown this once: (\S+)/)[1]
  const used = await first.call('GET', '/api/v1/keys', undefined, { authorization: `Bearer ${key}` })
  assert.equal(used.status, 200)
  assert.equal(used.text.includes(key), false)
  await first.stop()
  const again = await startServer({ data, env: { GOSSET_ADMIN_KEY: '' } })
  const still = await again.call('GET', '/api/v1/keys', undefined, { authorization: `Bearer ${key}` })
  await again.stop()
  assert.equal(still.status, 200)
  assert.doesNotMatch(again.output(), /admin key/)
})

test('SIGTERM ends with 0, and what was stored was answered, and the other way round', async () => {
  const data = path.join(folder, 'term')
  const batch = (i) => ({
    events: Array.from({ length: 200 }, (_, k) => ({ event_id: `${i}-${k}`, user_id: `u${k}`, name: 'last' })),
  })
  const server = await startServer({ data })
  const calls = Array.from({ length: 40 }, (_, i) => server.call('POST', '/api/v1/events', batch(i))
    .then((answer) => answer.status, () => 'not taken'))
  await Promise.race(calls)
  assert.equal(await server.stop(), 0)
  const answers = await Promise.all(calls)
  assert.ok(answers.includes(202))
  const again = await startServer({ data })
  for (const [i, answer] of answers.entries()) {
    const repeated = await again.call('POST', '/api/v1/events', batch(i))
    assert.equal(repeated.json.duplicates, answer === 202 ? 200 : 0, `batch ${i} was answered ${answer}`)
  }
  await again.stop()
})

test('a restart keeps definitions, assignments and events', async () => {
  const data = path.join(folder, 'kept')
  const first = await startServer({ data })
  await first.call('POST', '/api/v1/metrics', { name: 'buys', type: 'Count', calculation: 'count(buy)', aggregation: 'Sum' })
  const made = await first.call('POST', '/api/v1/experiments', {
    name: 'kept', type: 'AB', variants: [{ name: 'control' }, { name: 'treatment' }],
    traffic_allocation: { control: 50, treatment: 50 }, success_metrics: { primary_metric: 'buys' },
  })
  await first.call('POST', `/api/v1/experiments/${made.json.id}/start`)
  const body = { experiment_id: made.json.id, user_id: 'u1' }
  const assigned = await first.call('POST', '/api/v1/assignments', body)
  assert.equal(assigned.status, 201, assigned.text)
  const event = { events: [{ event_id: 'e1', user_id: 'u1', name: 'buy' }] }
  await first.call('POST', '/api/v1/events', event)
  const before = await first.call('GET', `/api/v1/experiments/${made.json.id}`)
  assert.equal(await first.stop(), 0)
  const again = await startServer({ data })
  assert.deepEqual((await again.call('GET', `/api/v1/experiments/${made.json.id}`)).json, before.json)
  assert.deepEqual((await again.call('POST', '/api/v1/assignments', body)).json, assigned.json)
  assert.equal((await again.call('POST', '/api/v1/events', event)).json.duplicates, 1)
  await again.stop()
})

test('no key, password or body is in the log or in an error', async () => {
  const server = await startServer({ args: ['--log-level', 'debug', '--log-format', 'json'] })
  const secret = 'gosset-very-secret-0123456789abcdef'
  const made = await server.call('POST', '/api/v1/keys', { name: 'k', scope: 'server' })
  const answers = [
    await server.call('GET', '/api/v1/flags', undefined, { authorization: `Bearer ${secret}` }),
    await server.call('GET', '/api/v1/flags', undefined, { authorization: 'Basic ' + btoa(`${secret}:`) }),
    await server.call('GET', '/api/v1/flags', undefined, { authorization: '', 'x-api-key': secret }),
    await server.call('POST', '/api/v1/flags', `{"token": "${secret}`),
  ]
  await server.stop()
  for (const answer of answers) {
    assert.ok(answer.status >= 400)
    assert.equal(answer.text.includes(secret), false, answer.text)
  }
  for (const hidden of [secret, adminKey, made.json.key ?? made.json.secret])
    assert.equal(server.output().includes(hidden), false)
})

test('what the server keeps is for its own user only, whatever folder it is given', async () => {
  const data = mkdtempSync(path.join(tmpdir(), 'gosset-e2e-'))
  chmodSync(data, 0o755)
  const server = await startServer({ data })
  await server.stop()
  for (const name of readdirSync(data)) assert.equal(statSync(path.join(data, name)).mode & 0o077, 0, name)
  rmSync(data, { recursive: true })
})
