// See kill.sh. Everything that the server acknowledged is remembered here and asked for again.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startServer } from '../e2e/server.mjs'

const rounds = Number(process.argv[2] ?? 10)
const data = mkdtempSync(path.join(tmpdir(), 'gosset-kill-'))
const variants = new Map() // user -> assignment as acknowledged
const events = new Set() // event ids as acknowledged
let nextUser = 0
let nextEvent = 0
let slowestStart = 0

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

/** Sends assignments and events until the server is gone; keeps what was acknowledged. */
async function load(server, experiment) {
  for (;;) {
    const users = Array.from({ length: 20 }, () => `u${nextUser++}`)
    const ids = Array.from({ length: 50 }, () => `e${nextEvent++}`)
    try {
      const assigned = await server.call('POST', '/api/v1/assignments', {
        assignments: users.map((user_id) => ({ experiment_id: experiment, user_id })),
      })
      if (assigned.status === 200 || assigned.status === 201) {
        for (const item of assigned.json.assignments) variants.set(item.user_id, item)
      } else if (assigned.status !== 429) fail(`assignments answered ${assigned.text}`)
      const accepted = await server.call('POST', '/api/v1/events', {
        events: ids.map((event_id, i) => ({ event_id, user_id: users[i % 20], name: 'purchase', value: 1 })),
      })
      if (accepted.status === 202) ids.forEach((id) => events.add(id))
      else if (accepted.status !== 429) fail(`events answered ${accepted.text}`)
    } catch {
      return
    }
  }
}

/** Asks again for everything acknowledged: the same variants under the same ids, all events known. */
async function verify(server, experiment) {
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
  const ids = [...events]
  for (let i = 0; i < ids.length; i += 1000) {
    const part = ids.slice(i, i + 1000)
    const again = await server.call('POST', '/api/v1/events', {
      events: part.map((event_id) => ({ event_id, user_id: 'again', name: 'purchase', value: 1 })),
    })
    if (again.json.duplicates !== part.length)
      fail(`${part.length - again.json.duplicates} of ${part.length} acknowledged events were lost`)
  }
}

/** The ledger holds every event that was acknowledged, and none twice. */
async function verifyLedger(server) {
  for (let i = 0; i < 300; i++) {
    const names = await server.call('GET', '/api/v1/events/names')
    const count = names.json?.items?.find((item) => item.name === 'purchase')?.count ?? 0
    if (count > nextEvent) fail(`the ledger counts ${count} events of ${nextEvent} that were sent`)
    if (count >= events.size) return count
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  fail(`the ledger did not get all of the ${events.size} acknowledged events`)
}

let experiment
for (let round = 0; round <= rounds; round++) {
  const begun = Date.now()
  const server = await startServer({ data })
  slowestStart = Math.max(slowestStart, Date.now() - begun)
  experiment ??= await define(server)
  if (round > 0 && (round % 5 === 0 || round === rounds)) await verify(server, experiment)
  if (round === rounds) {
    const count = await verifyLedger(server)
    console.log(`# ${rounds} kills: ${variants.size} assignments and ${events.size} events acknowledged, ` +
      `${count} in the ledger; slowest start ${slowestStart} ms`)
    await server.stop()
    break
  }
  const loads = [load(server, experiment), load(server, experiment), load(server, experiment)]
  await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 1500))
  await server.stop('SIGKILL')
  await Promise.all(loads)
}
rmSync(data, { recursive: true, force: true })
console.log('ok - nothing acknowledged was lost, no unit had two variants')
console.log('# pass 1')
