// See sync.sh.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { startServer } from '../e2e/server.mjs'

const control = process.env.DISK_FILE
const folder = mkdtempSync(path.join(tmpdir(), 'gosset-sync-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const flag = { key: 'f', name: 'f', type: 'Boolean', enabled: true, default_value: false, rollout_percentage: 100 }
const batch = (name) => ({
  events: Array.from({ length: 100 }, (_, i) => ({ event_id: `${name}-${i}`, user_id: `u${i}`, name: 'e', value: 1 })),
})
const disk = (text) => writeFileSync(control, text)
const started = (name) => startServer({
  data: path.join(folder, name), env: { LD_PRELOAD: process.env.DISK_SHIM, DISK_FILE: control },
})

async function until(what, ask) {
  for (let i = 0; i < 200; i++) {
    if (await ask()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.fail(`not in ten seconds: ${what}`)
}

async function counted(server, wanted) {
  await until(`${wanted} events in the ledger`, async () => {
    const names = await server.call('GET', '/api/v1/events/names')
    return names.json?.items?.find((item) => item.name === 'e')?.count === wanted
  })
}

const ready = async (server) => (await server.call('GET', '/readyz')).json
const decides = async (server) => {
  const decided = await server.call('POST', '/ofrep/v1/evaluate/flags/f', { context: { targetingKey: 'u' } })
  assert.equal(decided.status, 200, decided.text)
  assert.equal(decided.json.value, true)
}

for (const after of [1, 2, 7]) {
  test(`when sync ${after} of the roster's log fails, nothing of it is acknowledged, and decisions go on`, async () => {
    disk('')
    let server = await started(`roster-${after}`)
    assert.equal((await server.call('POST', '/api/v1/flags', flag)).status, 201)
    assert.equal((await server.call('POST', '/api/v1/events', batch('before'))).status, 202)
    const acknowledged = ['before'], refused = []
    disk(`fail /roster/ ${after}`)
    for (let i = 0; i < after + 3; i++) {
      const answer = await server.call('POST', '/api/v1/events', batch(`during-${i}`))
      if (answer.status === 202) acknowledged.push(`during-${i}`)
      else {
        assert.equal(answer.status, 500, answer.text)
        assert.equal(answer.json.code, 'STORE_FAILED')
        refused.push(`during-${i}`)
      }
    }
    assert.ok(refused.length >= 3, `${refused.length} were refused`)
    assert.ok(acknowledged.every((name) => name < refused[0]), `${acknowledged} after ${refused}`)
    if (after === 1) assert.deepEqual(acknowledged, ['before'])
    const status = await ready(server)
    assert.equal(status.status, 'degraded')
    assert.match(status.degraded.join(), /roster: the disk refuses writes/)
    await decides(server)
    assert.equal(server.output().match(/writes are refused/g)?.length, 1, server.output())
    assert.match(server.output(), /writes are refused.*STORE_FAILED/)

    disk('')
    await until('writes are taken again', async () => (await server.call('POST', '/api/v1/events', batch('later'))).status === 202)
    acknowledged.push('later')
    await until('the server is ready', async () => (await ready(server)).status === 'ready')

    await server.stop('SIGKILL')
    server = await started(`roster-${after}`)
    for (const name of acknowledged)
      assert.equal((await server.call('POST', '/api/v1/events', batch(name))).json.duplicates, 100, name)
    for (const name of refused) assert.equal((await server.call('POST', '/api/v1/events', batch(name))).status, 202)
    await counted(server, 100 * (acknowledged.length + refused.length))
    await server.stop()
  })
}

test("when the ledger's log cannot be synced, events are taken all the same and are in it after a restart", async () => {
  disk('')
  let server = await started('ledger')
  assert.equal((await server.call('POST', '/api/v1/flags', flag)).status, 201)
  assert.equal((await server.call('POST', '/api/v1/events', batch('before'))).status, 202)
  await counted(server, 100)
  disk('fail ledger.db 1')
  assert.equal((await server.call('POST', '/api/v1/events', batch('during'))).status, 202)
  await until('the server says so', async () => (await ready(server)).status === 'degraded')
  assert.match((await ready(server)).degraded.join(), /ledger: facts wait in the spool/)
  assert.match(server.output(), /shipping to the ledger/)
  await decides(server)
  assert.equal((await server.call('POST', '/api/v1/events', batch('still'))).status, 202)
  disk('')
  await server.stop('SIGKILL')
  server = await started('ledger')
  await counted(server, 300)
  assert.equal((await ready(server)).status, 'ready')
  await server.stop()
})
