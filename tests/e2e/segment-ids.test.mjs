// The lists of a segment, from files and by HTTP: as long as they may be, and serving who is in them.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { adminKey, binary, startServer } from './server.mjs'

let server
const run = (...args) => {
  const done = spawnSync(binary, ['segment', ...args, '--url', server.url, '--key', adminKey], { encoding: 'utf8', maxBuffer: 64 << 20 })
  return { status: done.status, out: done.stdout, err: done.stderr }
}
const file = (name, text) => {
  const where = path.join(server.folder, name)
  writeFileSync(where, text)
  return where
}
const isOn = async (user) =>
  (await server.call('POST', '/ofrep/v1/evaluate/flags/for-them', { context: { targetingKey: user } })).json.value

/** As long as a UUID. */
const id = (n) => `user-${String(n).padStart(31, '0')}`

before(async () => {
  server = await startServer()
  await server.call('POST', '/api/v1/segments', { name: 'them', conditions: {}, include: ['ann'] })
  await server.call('POST', '/api/v1/flags', {
    key: 'for-them', type: 'Boolean', value: true, default_value: false, enabled: true, targeting_rules: { segments: ['them'] },
  })
})
after(() => server.stop())

test('a million ids go in from a file, are served, looked up and read back', async () => {
  const ids = Array.from({ length: 1_000_000 }, (_, i) => id(i))
  const all = file('all.txt', `${ids.join('\n')}\n`)
  const wrote = run('replace', 'them', 'include', all)
  assert.equal(wrote.out, '1000000 ids in include of them (before: 1), version 2\n', wrote.err)
  assert.equal(await isOn(id(999999)), true)
  assert.equal(await isOn('ann'), false)
  assert.deepEqual(run('has', 'them', 'include', id(77)), { status: 0, out: 'yes\n', err: '' })
  assert.deepEqual(run('has', 'them', 'include', 'ann'), { status: 1, out: 'no\n', err: '' })
  assert.equal(run('count', 'them', 'include').out, '1000000\n')
  assert.equal(run('ids', 'them', 'include').out, `${ids.join('\n')}\n`)
  const exported = await server.call('GET', '/api/v1/export')
  assert.equal(exported.json.segments[0].include.length, 1_000_000)
  const again = await server.call('POST', '/api/v1/import?dry_run=true', exported.text)
  assert.equal(again.json.unchanged, 2)
  const more = run('append', 'them', 'include', file('more.txt', 'one more'))
  assert.equal(more.status, 1)
  assert.match(more.err, /the list would have 1000001 ids; it has at most 1000000/)
  const over = await server.call('PUT', '/api/v1/segments/them/include', `${ids.join('\n')}\none more`)
  assert.equal(over.status, 400)
  assert.equal(over.json.message, 'there are 1000001 lines with ids; a list has at most 1000000')
})

test('a field of such a segment is changed without its ids going to and fro', async () => {
  const read = await server.call('GET', '/api/v1/segments/them?ids_max=100')
  assert.equal(read.json.include_count, 1_000_000)
  const wrote = await server.call('PATCH', '/api/v1/segments/them?ids_max=100', { description: 'many' }, { 'if-match': read.headers.get('etag') })
  assert.equal(wrote.status, 200)
  assert.ok(wrote.text.length < 1000)
  assert.equal(await isOn(id(5)), true)
  const log = await server.call('GET', '/api/v1/audit?kind=segment')
  assert.deepEqual(log.json.items.map((entry) => entry.after.include_count ?? entry.after.include), [1_000_000, 1_000_000, ['ann']])
})

test('ids are taken out and added, from CSV and gzip too, and a stale writer is told so', async () => {
  const table = file('some.csv', `user_id,note\n"${id(1)}",pro\n${id(2)},"says\n${id(5)}, ""hello"""\n`)
  assert.match(run('remove', 'them', 'include', table).out, /^999998 ids/)
  assert.equal(await isOn(id(5)), true, 'that was inside a cell')
  const clean = file('clean.csv', `user_id,plan\n"${id(3)}",pro\n${id(4)},free\n`)
  assert.equal(run('remove', 'them', 'include', clean).status, 0)
  assert.equal(await isOn(id(3)), false)
  assert.equal(run('append', 'them', 'exclude', clean).status, 0)
  const zipped = await fetch(`${server.url}/api/v1/segments/them/include`, {
    method: 'PUT', headers: { authorization: `Bearer ${adminKey}`, 'content-encoding': 'gzip' }, body: gzipSync(`${id(3)}\nzoe\n`),
  })
  assert.equal((await zipped.json()).count, 2)
  assert.equal(await isOn('zoe'), true)
  assert.equal(await isOn(id(3)), false, 'exclude counts more')
  const stale = await server.call('POST', '/api/v1/segments/them/include', 'eve', { 'if-match': '"1"' })
  assert.equal(stale.status, 409)
  assert.equal(stale.json.pointer, '/version')
})

test('what is wrong is named by its line, and nothing has changed', async () => {
  const { version } = (await server.call('GET', '/api/v1/segments/them/include')).json
  const bad = run('replace', 'them', 'include', file('bad.txt', `a\nb\n${'x'.repeat(513)}\n`))
  assert.equal(bad.status, 1)
  assert.match(bad.err, /line 3 has an id of 513 bytes; at most 512 are taken/)
  assert.equal(run('replace', 'them', 'includes', 'x').status, 2)
  assert.equal(run('replace', 'nobody', 'include', file('ok.txt', 'a')).status, 1)
  assert.equal((await server.call('GET', '/api/v1/segments/them/include')).json.version, version)
})
