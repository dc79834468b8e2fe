// Programs that decide themselves ask for the ruleset: unchanged (304), as a packed block, and as
// packed definitions. wrk on loopback, set against /healthz of the same run. One JSON line a figure.
import { execFileSync } from 'node:child_process'
import { startServer } from '../tests/e2e/server.mjs'

const seconds = Number(process.env.SECONDS_EACH ?? 3)
const server = await startServer()
const key = (await server.call('POST', '/api/v1/keys', { name: 'bench', scope: 'server' })).json.key
const flags = Array.from({ length: 1000 }, (_, n) => ({
  key: `flag-${n}`, name: `Flag ${n}`, type: 'Boolean', default_value: false, enabled: true, rollout_percentage: 50,
  targeting_rules: { segments: [], attributes: { country: ['DE', 'FR', 'US'].slice(0, 1 + (n % 3)) } },
}))
const imported = await server.call('POST', '/api/v1/import', { flags })
if (imported.status !== 200) throw new Error(imported.text)

const auth = { authorization: `Bearer ${key}` }
const block = { ...auth, accept: 'application/x-gosset-ruleset', 'accept-encoding': 'gzip' }
const first = await fetch(`${server.url}/sdk/v1/ruleset`, { headers: block })
const etag = first.headers.get('etag')

function rate(route, headers) {
  const args = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const output = execFileSync('wrk', ['-t1', '-c16', `-d${seconds}s`, '--latency', ...args, server.url + route], { encoding: 'utf8' })
  if (/Non-2xx/.test(output) && !headers['if-none-match']) throw new Error(output)
  return Number(output.match(/Requests\/sec:\s+([\d.]+)/)[1])
}

const peer = rate('/healthz', {})
for (const [metric, headers, least] of [
  ['unchanged', { ...block, 'if-none-match': etag }, 0.2],
  ['block_gzip', block, 0.02],
  ['document_gzip', { ...auth, 'accept-encoding': 'gzip' }, 0.02],
]) {
  const found = rate('/sdk/v1/ruleset', headers)
  const share = found / peer
  console.log(JSON.stringify({ bench: 'ruleset', metric: `${metric}_per_second`, value: Math.round(found), unit: '1/s', of_healthz: Number(share.toPrecision(3)), limit: least, holds: share >= least }))
  if (share < least) process.exitCode = 1
}
for (const [metric, headers] of [['block', { ...auth, accept: block.accept, 'accept-encoding': 'identity' }], ['document', { ...auth, 'accept-encoding': 'identity' }]]) {
  const answer = await fetch(`${server.url}/sdk/v1/ruleset`, { headers })
  console.log(JSON.stringify({ bench: 'ruleset', metric: `${metric}_bytes`, value: (await answer.arrayBuffer()).byteLength, unit: 'bytes' }))
}
await server.stop()
