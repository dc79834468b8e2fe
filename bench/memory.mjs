// Resident memory with 1,000 flags after a million evaluations over HTTP, with the default caches and
// without a ledger. One JSON line per figure, with its limit; exit status 1 past one.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { adminKey, startServer } from '../tests/e2e/server.mjs'

const evaluations = 1_000_000
const flags = Array.from({ length: 1000 }, (_, n) => ({
  key: `flag-${n}`, name: `Flag ${n}`, type: 'Boolean', default_value: false, enabled: true,
  rollout_percentage: n % 3 === 0 ? 100 : 50,
  targeting_rules: { segments: [], attributes: n % 5 === 0 ? { country: ['DE', 'FR', 'US'] } : {} },
}))

async function measure(metric, args, limit) {
  const folder = mkdtempSync(path.join(tmpdir(), 'gosset-bench-'))
  const server = await startServer({ args })
  const imported = await server.call('POST', '/api/v1/import', { flags })
  if (imported.status !== 200) throw new Error(imported.text)
  const script = path.join(folder, 'script.lua')
  writeFileSync(script, `
local n = 0
wrk.headers["Authorization"] = "Bearer ${adminKey}"
wrk.headers["Content-Type"] = "application/json"
function request()
  n = n + 1
  return wrk.format("POST", "/ofrep/v1/evaluate/flags/flag-" .. (n % 1000), nil,
    '{"context":{"targetingKey":"u' .. (n % 100000) .. '","country":"DE","plan":"pro","version":"1.2.3"}}')
end`)
  let done = 0
  while (done < evaluations) {
    const output = execFileSync('wrk', ['-t1', '-c32', '-d5s', '-s', script, server.url], { encoding: 'utf8' })
    done += Number(output.match(/(\d+) requests in/)[1])
  }
  const status = readFileSync(`/proc/${server.child.pid}/status`, 'utf8')
  const value = Number((Number(status.match(/VmRSS:\s+(\d+)/)[1]) / 1024).toFixed(1))
  console.log(JSON.stringify({ bench: 'memory', metric, value, unit: 'MiB', limit, evaluations: done, holds: value < limit }))
  if (value >= limit) process.exitCode = 1
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

await measure('resident after a million evaluations', [], 128)
await measure('resident after a million evaluations, no ledger', ['--ledger', 'none'], 40)
