// See stores.sh.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, closeSync, existsSync, ftruncateSync, mkdtempSync, openSync, rmSync, statfsSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { binary, startServer } from '../e2e/server.mjs'

const folder = mkdtempSync(path.join(tmpdir(), 'gosset-stores-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const flag = { key: 'f', name: 'f', type: 'Boolean', enabled: true, default_value: false, rollout_percentage: 100 }
const batch = (name) => ({
  events: Array.from({ length: 500 }, (_, i) => ({ event_id: `${name}-${i}`, user_id: `u${i}`, name: 'e', properties: { text: 'x'.repeat(1000) + name + i } })),
})

async function filled(data) {
  const server = await startServer({ data })
  await server.call('POST', '/api/v1/flags', flag)
  const sent = await server.call('POST', '/api/v1/events', batch('first'))
  assert.equal(sent.status, 202, sent.text)
  await server.stop()
}

/** `gosset serve` that is expected to end by itself. */
function refused(data) {
  const done = spawnSync(binary, ['serve', '--data', data, '--listen', '127.0.0.1:0'], { encoding: 'utf8', timeout: 20000 })
  return { status: done.status, text: done.stdout + done.stderr }
}

for (const [file, damage] of [
  ['ledger.db', (at) => { const f = openSync(at, 'r+'); writeSync(f, Buffer.alloc(8192, 0xa5), 0, 8192, 0); closeSync(f) }],
  ['ledger.db', (at) => { const f = openSync(at, 'r+'); ftruncateSync(f, 1000); closeSync(f) }],
  ['catalog.db', (at) => writeFileSync(at, 'this is no database, and it is longer than a header of one would be'.repeat(9))],
]) {
  test(`a damaged ${file} is named, and the program ends with 1 and changes nothing`, async () => {
    const data = mkdtempSync(path.join(folder, 'damaged-'))
    await filled(data)
    damage(path.join(data, file))
    const done = refused(data)
    assert.equal(done.status, 1, done.text)
    assert.match(done.text, /STORE_FAILED: /)
    assert.ok(done.text.includes(file) || done.text.includes(file.split('.')[0]), done.text)
  })
}

test('a folder that is read-only is named, and the program ends with 1', { skip: process.getuid() === 0 ? 'root may write anyway' : false }, async () => {
  const data = mkdtempSync(path.join(folder, 'locked-'))
  await filled(data)
  chmodSync(data, 0o500)
  const done = refused(data)
  chmodSync(data, 0o700)
  assert.equal(done.status, 1, done.text)
})

test('a second server on one folder is refused, and the first goes on', async () => {
  const data = mkdtempSync(path.join(folder, 'twice-'))
  const server = await startServer({ data })
  const done = refused(data)
  assert.equal(done.status, 1, done.text)
  assert.match(done.text, /STORE_FAILED/)
  assert.equal((await server.call('POST', '/api/v1/flags', flag)).status, 201)
  assert.equal(await server.stop(), 0)
})

const disk = process.env.SMALL_DISK
test('a full disk refuses writes, decides on, and takes writes again when there is room', { skip: disk ? false : 'no small disk can be mounted' }, async () => {
  const data = path.join(disk, 'data')
  let server = await startServer({ data })
  assert.equal((await server.call('POST', '/api/v1/flags', flag)).status, 201)
  assert.equal((await server.call('POST', '/api/v1/events', batch('first'))).status, 202)
  const ballast = path.join(disk, 'ballast')
  const fill = openSync(ballast, 'w')
  try {
    for (;;) writeSync(fill, Buffer.alloc(1 << 16))
  } catch (error) {
    assert.equal(error.code, 'ENOSPC')
  }
  closeSync(fill)
  assert.equal(statfsSync(disk).bavail, 0)
  const acknowledged = ['first']
  let refusedCount = 0
  for (let i = 0; i < 400 && refusedCount < 3; i++) {
    const answer = await server.call('POST', '/api/v1/events', batch(`full-${i}`))
    if (answer.status === 202) acknowledged.push(`full-${i}`)
    else {
      assert.ok([429, 500, 503].includes(answer.status), answer.text)
      refusedCount++
    }
  }
  assert.ok(refusedCount > 0, 'the disk never was too small')
  const decided = await server.call('POST', '/ofrep/v1/evaluate/flags/f', { context: { targetingKey: 'u' } })
  assert.equal(decided.status, 200, decided.text)
  rmSync(ballast)
  let taken
  for (let i = 0; i < 100; i++) {
    taken = await server.call('POST', '/api/v1/events', batch('room'))
    if (taken.status === 202) break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.equal(taken.status, 202, taken.text)
  acknowledged.push('room')
  await server.stop()
  server = await startServer({ data })
  for (const name of acknowledged)
    assert.equal((await server.call('POST', '/api/v1/events', batch(name))).json.duplicates, 500, name)
  await server.stop()
  assert.ok(existsSync(data))
})
