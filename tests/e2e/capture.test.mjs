// What the doctor says of exposures that a program reports: each is decided again by the server.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startServer } from './server.mjs'

const fault = path.join(path.dirname(fileURLToPath(import.meta.url)), '../fault')
const folder = mkdtempSync(path.join(tmpdir(), 'gosset-capture-'))
const clock = path.join(folder, 'clock'), disk = path.join(folder, 'disk')
const setClock = (seconds) => writeFileSync(clock, `${seconds}\n`)
let server, offset = 0

before(async () => {
  for (const shim of ['clock', 'disk'])
    execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', path.join(folder, `${shim}.so`), path.join(fault, `${shim}_shim.c`), '-ldl'])
  setClock(0)
  server = await startServer({
    env: { LD_PRELOAD: `${folder}/clock.so:${folder}/disk.so`, CLOCK_FILE: clock, DISK_FILE: disk, ASAN_OPTIONS: 'verify_asan_link_order=0' },
  })
})
after(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** The server's clock, moved so far by `later`. */
const at = (ms = 0) => new Date(Date.now() + offset * 1000 + ms).toISOString()
function later(seconds) {
  offset += seconds
  setClock(offset)
}

async function make(name, more = {}) {
  const made = await server.call('POST', '/api/v1/import', {
    metrics: [{ name: `m ${name}`, type: 'Rate', calculation: `exists(${name})`, unit: 'users' }],
    experiments: [{
      name, type: 'AB', status: 'Running', description: 'to be looked back on', variants: [{ name: 'a' }, { name: 'b' }],
      traffic_allocation: { a: 50, b: 50 }, success_metrics: { primary_metric: `m ${name}`, minimum_sample_size: 100 }, ...more,
    }],
  })
  assert.equal(made.status, 200, made.text)
}

async function hash() {
  const got = await server.call('GET', '/sdk/v1/ruleset')
  return got.headers.get('etag').replaceAll('"', '')
}

/** What the ruleset gives to `count` users, as a program with the ruleset would report it. */
async function decided(name, count, { attributes, prefix = 'u', ruleset } = {}) {
  const exposures = []
  const by = ruleset ?? (await hash())
  for (let i = 0; i < count; i++) {
    const user_id = `${prefix}${i}`
    const got = await server.call('POST', '/api/v1/explain', { experiment: name, context: { targetingKey: user_id, ...attributes } })
    if (got.json.variant) exposures.push({ experiment_id: name, user_id, variant: got.json.variant, ruleset: by, timestamp: at(), ...(attributes && { attributes }) })
  }
  return exposures
}

async function send(exposures) {
  const sent = await server.call('POST', '/api/v1/events', { exposures })
  assert.equal(sent.status, 202, sent.text)
}

async function health(name) {
  for (let i = 0; ; i++) {
    const got = await server.call('GET', `/api/v1/experiments/${name}/health?refresh=true`)
    assert.equal(got.status, 200, got.text)
    if (got.json.facts_behind === 0 || i > 50) return got.json
  }
}

const named = (all, name) => all.findings.find((it) => it.name === name)
const other = { a: 'b', b: 'a' }
const about = ['sample_ratio', 'sample_ratio_assignment', 'sample_ratio_capture', 'variants_differ', 'foreign_ruleset', 'stale_ruleset', 'ledger_behind', 'assigned_by_choice']
const namesOf = (all) => all.findings.map((it) => it.name).filter((it) => about.includes(it))

test('exposures that the ruleset agrees with raise nothing, and all are checked', async () => {
  await make('sound')
  await send(await decided('sound', 300))
  const got = await health('sound')
  assert.deepEqual(namesOf(got), [])
  assert.equal(got.recomputed.checked, 300)
  assert.equal(got.recomputed.differing + got.recomputed.outside + got.recomputed.foreign, 0)
  assert.deepEqual(got.recomputed.variants.map((it) => it.recorded - it.recomputed), [0, 0])
})

test('a program that gives other variants than the ruleset is found, without a sample ratio that is off', async () => {
  await make('swapped')
  const exposures = await decided('swapped', 300)
  for (const [v, n] of [['a', 15], ['b', 15]])
    for (const it of exposures.filter((it) => it.variant === v && !it.was).slice(0, n)) Object.assign(it, { variant: other[v], was: true })
  for (const it of exposures) delete it.was
  await send(exposures)
  const got = await health('swapped')
  assert.deepEqual(namesOf(got), ['variants_differ'])
  const found = named(got, 'variants_differ')
  assert.equal(found.severity, 'alarm')
  assert.match(found.message, /30 of 300 exposures decided again have another variant than the ruleset gives, most often "[ab]" for "[ab]" \(15\)/)
  assert.equal(got.recomputed.differing, 30)
})

test('units that coverage leaves out are told apart', async () => {
  await make('covered', { coverage: 50 })
  const exposures = await decided('covered', 400)
  const inside = new Set(exposures.map((it) => it.user_id))
  const outside = Array.from({ length: 400 }, (_, i) => `u${i}`).filter((it) => !inside.has(it)).slice(0, 60)
  assert.ok(inside.size > 140 && inside.size < 260, `${inside.size} covered`)
  assert.deepEqual(namesOf(await (await send(exposures), health('covered'))), [])
  await send(outside.map((user_id, i) => ({ experiment_id: 'covered', user_id, variant: i % 2 ? 'a' : 'b', timestamp: at(), ruleset: exposures[0].ruleset })))
  const got = await health('covered')
  assert.match(named(got, 'variants_differ').message, /to 60 of \d+ exposures decided again the ruleset gives no variant, by coverage/)
  assert.equal(got.recomputed.outside, 60)
})

test('a sample ratio that is off because units are moved is off at assignment', async () => {
  await make('moved')
  const exposures = await decided('moved', 400)
  for (const it of exposures.filter((it) => it.variant === 'b').slice(0, 80)) it.variant = 'a'
  await send(exposures)
  const got = await health('moved')
  assert.deepEqual(namesOf(got).sort(), ['sample_ratio', 'sample_ratio_assignment', 'variants_differ'])
  assert.match(named(got, 'sample_ratio_assignment').message, /of 400 exposures decided again, \d+\.\d % were recorded with "[ab]" and the ruleset gives it to \d+\.\d %/)
})

test('a sample ratio that is off because exposures are lost is off at capture', async () => {
  await make('lost')
  const exposures = await decided('lost', 500)
  const b = exposures.filter((it) => it.variant === 'b')
  await send(exposures.filter((it) => !b.slice(0, 100).includes(it)))
  const got = await health('lost')
  assert.deepEqual(namesOf(got).sort(), ['sample_ratio', 'sample_ratio_capture'])
  assert.match(named(got, 'sample_ratio_capture').message, /of 400 exposures decided again, 0 have another variant/)
})

test('without exposures that can be decided again the assignments tell that units are lost', async () => {
  const past = (ms) => new Date(Date.now() - 20 * 86400000 + ms).toISOString()
  await make('crossed', { start_date: past(-86400000) })
  const exposures = Array.from({ length: 600 }, (_, i) => ({ experiment_id: 'crossed', user_id: `c${i}`, variant: i % 2 ? 'a' : 'b', timestamp: past(i) }))
  await send(exposures)
  assert.deepEqual(namesOf(await health('crossed')), [])
  await send(exposures.filter((it) => it.variant === 'b').slice(0, 120).map((it) => ({ ...it, variant: 'a', timestamp: past(700) })))
  const got = await health('crossed')
  assert.equal(got.recomputed.checked, 0)
  assert.deepEqual(namesOf(got).sort(), ['sample_ratio', 'sample_ratio_capture'])
  assert.match(named(got, 'sample_ratio_capture').message, /assignments are split as configured/)
})

test('exposures of a ruleset that was never here are foreign', async () => {
  await make('foreign')
  const exposures = await decided('foreign', 200)
  await send(exposures.map((it, i) => (i % 5 ? it : { ...it, ruleset: '0123456789abcdef0123456789abcdef' })))
  const got = await health('foreign')
  assert.deepEqual(namesOf(got), ['foreign_ruleset'])
  assert.match(named(got, 'foreign_ruleset').message, /40 of 200 exposures name a ruleset that this environment never had/)
})

test('one platform that goes on with an old ruleset is found by hash, change, time, share and platform', async () => {
  await make('aged')
  const old = await hash()
  await send(await decided('aged', 100))
  const changed = await server.call('PATCH', '/api/v1/experiments/aged', { traffic_allocation: { a: 49, b: 51 } })
  assert.equal(changed.status, 200, changed.text)
  const fresh = await hash()
  assert.notEqual(fresh, old)
  const batch = async (prefix, count, platform, ruleset) =>
    send((await decided('aged', count, { prefix, ruleset, attributes: { platform } })))
  later(300)
  await batch('soon', 40, 'ios', old)
  assert.deepEqual(namesOf(await health('aged')), [])
  later(3600)
  await batch('new', 60, 'android', fresh)
  await batch('newer', 20, 'ios', fresh)
  assert.deepEqual(namesOf(await health('aged')), [])
  await batch('behind', 80, 'ios', old)
  const found = named(await health('aged'), 'stale_ruleset')
  assert.ok(found, 'stale_ruleset is not found')
  assert.match(found.message, new RegExp(`80 of the newest 300 exposures \\(27 %\\) were decided by replaced rulesets, 80 by ${old} of change \\d+, replaced at 20[^;]*; 80 of these have platform "ios"`))
  assert.match(found.next_step, /restarted/)
})

test('units that got their variant by choice are left out and told', async () => {
  await make('chosen')
  const exposures = await decided('chosen', 120)
  await send(exposures)
  assert.deepEqual(namesOf(await health('chosen')), [])
  const friends = Array.from({ length: 7 }, (_, i) => ({ experiment_id: 'chosen', user_id: `friend${i}`, variant: 'b', assignment_reason: 'override', timestamp: at() }))
  const refused = await server.call('POST', '/api/v1/events', { exposures: [{ ...friends[0], assignment_reason: 'coverage' }] })
  assert.equal(refused.status, 400)
  assert.equal(refused.json.pointer, '/exposures/0/assignment_reason')
  await send(friends)
  const got = await health('chosen')
  assert.deepEqual(namesOf(got), ['assigned_by_choice'])
  assert.match(named(got, 'assigned_by_choice').message, /^7 units have a variant that was not left to chance/)
  assert.equal(got.excluded, 7)
  assert.equal(got.units, 120)
})

test('facts that the ledger has not taken for more than a minute are told, and no more when it has', async () => {
  await make('waiting')
  const exposures = await decided('waiting', 80)
  await send(exposures.slice(0, 50))
  assert.deepEqual(namesOf(await health('waiting')), [])
  writeFileSync(disk, 'fail ledger.db 1\n')
  await send(exposures.slice(50))
  later(90)
  const got = await server.call('GET', '/api/v1/experiments/waiting/health?refresh=true')
  assert.equal(got.status, 200, got.text)
  assert.equal(got.json.units, 50)
  assert.match(named(got.json, 'ledger_behind').message, /^30 facts have not reached the ledger yet/)
  writeFileSync(disk, '')
  const healed = await health('waiting')
  assert.equal(healed.facts_behind, 0)
  assert.equal(healed.units, 80)
  assert.deepEqual(namesOf(healed), [])
})
