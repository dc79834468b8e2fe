// See kill.sh. What was sent is remembered here; what was not acknowledged is sent again under the
// same ids after the restart, so that in the end everything has been acknowledged and counts must be
// equal to the last event.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startServer } from '../e2e/server.mjs'

const rounds = Number(process.argv[2] ?? 10)
const control = process.env.DISK_FILE
const data = mkdtempSync(path.join(tmpdir(), 'gosset-kill-'))
const variants = new Map() // user -> assignment as acknowledged
const killed = {} // place -> how often the process was killed right there
const loaders = Array.from({ length: 3 }, () => ({}))
let nextUser = 0
let nextEvent = 0
let slowestStart = 0
let resent = 0
const random = (limit) => 1 + Math.floor(Math.random() * limit)

// Which file's n-th write or sync ends the process; or which request it happens in.
const places = [
  { name: 'taking events', file: '/roster/', limit: 400 },
  { name: 'shipping', file: 'ledger.db.wal$', limit: 40 },
  { name: 'compaction of the roster', file: '.sst$', limit: 6 },
  { name: 'checkpoint of the ledger', file: 'ledger.db$', limit: 12, stops: true },
  { name: 'storing results', file: 'catalog.db', limit: 25, computes: true },
  { name: 'computation', computes: true },
]

function fail(message) {
  console.log(`not ok - ${message}`)
  console.log('0 passed, 1 failed, 0 skipped')
  process.exit(1)
}

async function define(server) {
  const metric = await server.call('POST', '/api/v1/metrics', {
    name: 'purchases', type: 'Count', calculation: 'count(purchase)', unit: 'purchases', aggregation: 'Sum',
  })
  if (metric.status !== 201) fail(`the metric was not made: ${metric.text}`)
  const experiment = await server.call('POST', '/api/v1/experiments', {
    name: 'killed', type: 'AB',
    variants: [{ name: 'control' }, { name: 'treatment' }],
    traffic_allocation: { control: 50, treatment: 50 },
    success_metrics: { primary_metric: 'purchases' },
  })
  if (experiment.status !== 201) fail(`the experiment was not made: ${experiment.text}`)
  const started = await server.call('POST', `/api/v1/experiments/${experiment.json.id}/start`)
  if (started.status !== 200) fail(`the experiment was not started: ${started.text}`)
  return experiment.json.id
}

/** Users are assigned, then their events are sent; what was not acknowledged stays in the loader. */
async function step(server, experiment, loader) {
  loader.users ??= Array.from({ length: 20 }, () => `u${nextUser++}`)
  if (!loader.assigned) {
    const answer = await server.call('POST', '/api/v1/assignments', {
      assignments: loader.users.map((user_id) => ({ experiment_id: experiment, user_id })),
    })
    if (answer.status === 429) return
    if (answer.status !== 200 && answer.status !== 201) fail(`assignments answered ${answer.text}`)
    for (const item of answer.json.assignments) variants.set(item.user_id, item)
    loader.assigned = true
  }
  loader.ids ??= Array.from({ length: 200 }, () => `e${nextEvent++}`)
  const accepted = await server.call('POST', '/api/v1/events', {
    events: loader.ids.map((event_id, i) => ({ event_id, user_id: loader.users[i % 20], name: 'purchase', value: 1 })),
  })
  if (accepted.status === 429) return
  if (accepted.status !== 202) fail(`events answered ${accepted.text}`)
  resent += accepted.json.duplicates
  loader.users = loader.ids = loader.assigned = undefined
}

/** Until the server is gone, or until told to end. */
async function load(server, experiment, loader, state) {
  while (!state.over) {
    try {
      await step(server, experiment, loader)
    } catch {
      return
    }
  }
}

async function compute(server, experiment, state) {
  while (!state.over) {
    try {
      await server.call('GET', `/api/v1/experiments/${experiment}/results?refresh=true`)
    } catch {
      return
    }
  }
}

/** Asks again for everyone acknowledged: the same variants under the same ids. */
async function verifyAssignments(server, experiment) {
  const users = [...variants.keys()]
  for (let i = 0; i < users.length; i += 500) {
    const part = users.slice(i, i + 500)
    const again = await server.call('POST', '/api/v1/assignments', {
      assignments: part.map((user_id) => ({ experiment_id: experiment, user_id })),
    })
    again.json.assignments.forEach((item, k) => {
      const before = variants.get(part[k])
      if (item.variant !== before.variant || item.id !== before.id)
        fail(`${part[k]} had ${before.variant} (${before.id}) and has ${item.variant} (${item.id})`)
    })
  }
}

async function spoolIsEmpty(server) {
  for (let i = 0; i < 600; i++) {
    if (/^gosset_spool_facts 0$/m.test((await server.call('GET', '/metrics')).text)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  fail('the spool does not empty')
}

/** The ledger and the results hold every event once, and every unit in its variant. */
async function verifyCounts(server, experiment) {
  await spoolIsEmpty(server)
  const names = await server.call('GET', '/api/v1/events/names')
  const count = names.json?.items?.find((item) => item.name === 'purchase')?.count ?? 0
  if (count !== nextEvent) fail(`the ledger has ${count} events; ${nextEvent} were acknowledged`)
  const answer = await server.call('GET', `/api/v1/experiments/${experiment}/results?refresh=true`)
  if (answer.status !== 200) fail(`results answered ${answer.text}`)
  for (const variant of ['control', 'treatment']) {
    const row = answer.json.results.find((item) => item.variant === variant)
    const units = [...variants.values()].filter((item) => item.variant === variant).length
    if (row.sample_size !== units) fail(`${variant} has ${row.sample_size} units; ${units} were acknowledged`)
  }
  const total = answer.json.results.reduce((sum, row) => sum + row.sample_size * row.mean_value, 0)
  if (Math.round(total) !== nextEvent) fail(`results count ${total} events; ${nextEvent} were acknowledged`)
  return count
}

/** Null when the process was killed before it listened. */
async function start() {
  const begun = Date.now()
  try {
    const server = await startServer({ data, env: { LD_PRELOAD: process.env.DISK_SHIM, DISK_FILE: control } })
    slowestStart = Math.max(slowestStart, Date.now() - begun)
    server.gone = new Promise((resolve) => server.child.on('exit', (code, signal) => resolve(signal)))
    return server
  } catch (error) {
    if (!control || !String(error).includes('ended with null')) fail(String(error))
    return null
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** One kill, in the place given or, when that is not reached in time, from outside. */
async function kill(server, place, state) {
  const reached = await Promise.race([server.gone.then(() => true), pause(place.file ? 2500 : 200 + random(1000))])
  if (!reached && place.stops) {
    server.child.kill('SIGTERM')
    if (await Promise.race([server.gone, pause(10000)]) !== 'SIGKILL') return false
    return true
  }
  state.over = !reached
  if (!reached) await server.stop('SIGKILL')
  return reached || !place.file
}

let experiment
for (let round = 0; round < rounds; round++) {
  const place = places[round % places.length]
  writeFileSync(control, '')
  // Half of the kills within a start: in what the last one left behind.
  const early = experiment && place.file && !place.stops && round % 12 >= 6
  if (early) writeFileSync(control, `kill ${place.file} ${random(place.limit / 4)}`)
  const server = await start()
  if (!server) {
    killed[place.name] = (killed[place.name] ?? 0) + 1
    continue
  }
  experiment ??= await define(server)
  if (round > 0 && round % 10 === 0) await verifyAssignments(server, experiment)
  const state = { over: false }
  const loads = loaders.map((loader) => load(server, experiment, loader, state))
  if (place.computes) loads.push(compute(server, experiment, state))
  if (place.file && !early) {
    await pause(random(600))
    writeFileSync(control, `kill ${place.file} ${random(place.limit)}`)
  }
  if (await kill(server, place, state)) killed[place.name] = (killed[place.name] ?? 0) + 1
  state.over = true
  await Promise.all(loads)
}
writeFileSync(control, '')
const server = await start()
for (const loader of loaders) while (loader.users) await step(server, experiment, loader)
await verifyAssignments(server, experiment)
const count = await verifyCounts(server, experiment)
console.log(`# ${rounds} rounds, killed ${Object.entries(killed).map(([name, n]) => `${n} times in ${name}`).join(', ')}`)
console.log(`# ${variants.size} assignments and ${nextEvent} events acknowledged, ${resent} of them found again after a ` +
  `kill; ${count} in the ledger and in the results; slowest start ${slowestStart} ms`)
await server.stop()
rmSync(data, { recursive: true, force: true })
console.log('ok - nothing acknowledged was lost or counted twice, no unit had two variants')
console.log('# pass 1')
