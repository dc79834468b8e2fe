// Events over HTTP until there are many: the rate of each ten million, which must not fall, with
// what the server has in memory and on disk. TOTAL_MILLIONS (100) and MINUTES (30) say when it ends.
// One JSON line a figure.
import { execFile } from 'node:child_process'
import { readFileSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { adminKey, binary, startServer } from '../tests/e2e/server.mjs'

const total = Number(process.env.TOTAL_MILLIONS ?? 100) * 1e6
const minutes = Number(process.env.MINUTES ?? 30)
const part = 10e6
const users = 5_000_000
const ends = Date.now() + minutes * 60000
const loader = path.join(path.dirname(binary), 'bench/ingest_load')
const run = promisify(execFile)
const server = await startServer()
const port = new URL(server.url).port
const rates = []
let sent = 0

const rounded = (value) => Number(value.toPrecision(3))

function figure(metric, value, unit, more) {
  console.log(JSON.stringify({ bench: 'growth', metric, value: rounded(value), unit, ...more }))
}

function bytesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const at = path.join(folder, entry.name)
    try {
      return sum + (entry.isDirectory() ? bytesBelow(at) : statSync(at).size)
    } catch {
      return sum // compacted meanwhile
    }
  }, 0)
}

async function waiting() {
  return Number((await server.call('GET', '/metrics')).text.match(/^gosset_spool_facts (.*)$/m)[1])
}

function cpuSeconds() {
  const fields = readFileSync(`/proc/${server.child.pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

while (sent < total && Date.now() < ends) {
  const begun = performance.now()
  const cpu = cpuSeconds()
  const left = (ends - Date.now()) / 1000
  const { stdout } = await run(loader, [port, adminKey, 16, 500, left, sent + 1, part, users].map(String))
  const got = JSON.parse(stdout)
  while ((await waiting()) > 0) await new Promise((resolve) => setTimeout(resolve, 100))
  const seconds = (performance.now() - begun) / 1000
  if (got.failed || got.duplicates) throw new Error(stdout)
  sent += got.accepted
  if (got.accepted < part) break
  rates.push(part / (cpuSeconds() - cpu))
  const status = readFileSync(`/proc/${server.child.pid}/status`, 'utf8')
  figure(`events shipped, up to ${sent / 1e6} million`, got.accepted / seconds, 'per second', {
    acknowledged: Math.round(got.accepted / got.seconds), p99_ms: got.p99_ms, max_ms: got.max_ms, refused: got.refused,
    server_us_per_event: rounded(((cpuSeconds() - cpu) * 1e6) / got.accepted),
    resident_mib: Math.round(Number(status.match(/VmRSS:\s*(\d+)/)[1]) / 1024),
    disk_bytes_per_event: rounded(bytesBelow(server.folder) / sent),
  })
}
if (rates.length > 1)
  figure('processor time of an event, last ten million to first', rates[0] / rates.at(-1), 'times', { limit: 1.5 })
const begun = performance.now()
const names = await server.call('GET', '/api/v1/events/names')
const counted = names.json.items.find((item) => item.name === 'purchase').count
figure('events counted by the ledger, to those sent', counted / sent, 'times', { counted, sent, seconds: rounded((performance.now() - begun) / 1000) })
await server.stop()
if (counted !== sent) {
  console.error(`the ledger has ${counted} of ${sent} events`)
  process.exit(1)
}
