// Lists of flags with their state in all environments, what is stale by the server, and the graph of needs.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { adminKey, binary, startServer } from './server.mjs'

const old = '2026-01-01T00:00:00Z'
const password = 'e2e correct horse battery'
let server
let member

const flag = (key, more) => ({ key, type: 'Boolean', default_value: false, enabled: true, ...more })
const cli = (...args) => spawnSync(binary, ['flags', ...args], { env: { ...process.env, GOSSET_URL: server.url, GOSSET_KEY: adminKey }, encoding: 'utf8' })
const list = async (query) => (await server.call('GET', `/api/v1/flags?${query}`)).json
const keys = async (query) => (await list(query)).items.map((one) => one.key)

// Of the nodes of a graph; those equally near come in any order.
const ORDER = ['base', 'german', 'europe', 'middle', 'top']

before(async () => {
  server = await startServer()
  await server.call('POST', '/api/v1/members', { email: 'ed@x.org', role: 'editor', password })
  const login = await fetch(`${server.url}/api/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: 'ed@x.org', password }) })
  const headers = { cookie: login.headers.get('set-cookie').split(';')[0], 'x-gosset-csrf': (await login.json()).csrf, 'content-type': 'application/json' }
  member = async (environment, method, path, body) => {
    const response = await fetch(server.url + path, { method, headers: { ...headers, 'x-gosset-environment': environment }, body: body && JSON.stringify(body) })
    return { status: response.status, json: await response.json() }
  }
  const imported = await server.call('POST', '/api/v1/import', {
    segments: [{ name: 'europe', conditions: { country: { in: ['DE', 'FR'] } } }, { name: 'german', conditions: { all: [{ segment: 'europe' }, { country: 'DE' }] } }],
    metrics: [{ name: 'bought', type: 'Rate', calculation: 'exists(purchase)' }],
    experiments: [{ name: 'over', type: 'AB', status: 'Completed', variants: [{ name: 'a' }, { name: 'b' }], traffic_allocation: { a: 50, b: 50 }, success_metrics: { primary_metric: 'bought' } }],
    flags: [
      flag('asked', { created_at: old, owner: 'ann', tags: ['web'] }), flag('never', { created_at: old }), flag('fresh'),
      flag('expired', { metadata: { expires: '2026-02-01' } }), flag('lives', { metadata: { expires: '2999-02-01' } }), flag('odd', { metadata: { expires: 'some day' } }),
      flag('ended', { experiment_id: 'over' }),
      flag('base', { rules: [{ segments: ['german'], value: true }] }),
      flag('middle', { dependencies: ['base'] }), flag('top', { dependencies: ['middle', 'base'] }),
    ],
  })
  assert.equal(imported.status, 200, imported.text)
  await server.call('POST', '/ofrep/v1/evaluate/flags/asked', { context: { targetingKey: 'u' } })
  await new Promise((resolve) => setTimeout(resolve, 50))
  await server.call('GET', '/api/v1/reports/stale-flags')
})

after(() => server.stop())

test('a list shows why flags may go and filters by it, in pages', async () => {
  const all = Object.fromEntries((await list('limit=100')).items.map((one) => [one.key, one.stale]))
  assert.deepEqual(all, { asked: [], never: ['not_evaluated'], fresh: [], expired: ['expired'], lives: [], odd: [], ended: ['experiment_completed'], base: [], middle: [], top: [] })
  assert.deepEqual(await keys('stale=true'), ['ended', 'expired', 'never'])
  assert.deepEqual(await keys('stale=expired,not_evaluated'), ['expired', 'never'])
  assert.equal((await list('stale=false')).total, 7)
  const first = await list('stale=true&limit=2')
  assert.deepEqual([first.items.length, first.total], [2, 3])
  assert.deepEqual(await keys(`stale=true&limit=2&cursor=${first.next}`), ['never'])
  assert.deepEqual(await keys('stale=false&owner=ann&tag=web'), ['asked'])
  assert.deepEqual([await keys('key=top'), await keys('key=to')], [['top'], []])
  const report = (await server.call('GET', '/api/v1/reports/stale-flags')).json
  assert.deepEqual(report.items.map((one) => [one.key, one.reasons.map((reason) => reason.code)]), Object.entries(all).filter(([, why]) => why.length > 0).sort())
  for (const [query, pointer] of [['stale=old', '/stale'], ['stale=expired,', ''], ['stale=expired,,true', '/stale'], ['stale_days=0', '/stale_days'], ['include=all', '/include']]) {
    const got = await server.call('GET', `/api/v1/flags?${query}`)
    assert.equal(got.status, pointer ? 400 : 200, query)
    if (pointer) assert.equal(got.json.pointer, pointer)
  }
})

test('a list shows the state in all environments to who may work there', async () => {
  assert.equal((await member('staging', 'POST', '/api/v1/flags', flag('fresh', { enabled: false }))).status, 201)
  await server.call('PATCH', '/api/v1/environments/staging', { requires_approval: true })
  const expected = [{ environment: 'production', enabled: true, version: 1, requires_approval: false }, { environment: 'staging', enabled: false, version: 1, requires_approval: true }]
  const places = async (headers) => (await server.call('GET', '/api/v1/flags?include=environments&q=fresh', undefined, headers)).json.items[0].environments
  assert.deepEqual(await places(), expected)
  assert.deepEqual((await member('development', 'GET', '/api/v1/flags?include=environments')).json.items, [])
  assert.deepEqual((await member('staging', 'GET', '/api/v1/flags?include=environments')).json.items[0].environments, expected)
  assert.equal((await list('q=fresh')).items[0].environments, undefined)
  const key = async (body) => ({ authorization: `Bearer ${(await server.call('POST', '/api/v1/keys', body)).json.key}` })
  assert.deepEqual(await places(await key({ name: 'backend', scope: 'server' })), [expected[0]])
  const again = await server.call('PUT', '/api/v1/flags/fresh', (await list('q=fresh&include=environments')).items[0])
  assert.equal(again.status, 200, again.text)
  assert.equal(again.json.environments, undefined)
})

test('a list gives some by their names or ids, what refers to a flag, and what stands elsewhere only', async () => {
  const keysOf = async (query, headers) => (await server.call('GET', `/api/v1/flags?${query}`, undefined, headers)).json.items.map((one) => one.key)
  const { id } = (await server.call('GET', '/api/v1/flags/base')).json
  assert.deepEqual(await keysOf(`names=${encodeURIComponent(JSON.stringify(['middle', id.toUpperCase(), 'nobody']))}`), ['base', 'middle'])
  assert.deepEqual(await keysOf('names=[]'), [])
  for (const names of ['middle', '{}', '[1]', '["a",["b"]]', JSON.stringify(Array(501).fill('a'))]) {
    const got = await server.call('GET', `/api/v1/flags?names=${encodeURIComponent(names)}`)
    assert.deepEqual([got.status, got.json.pointer], [400, '/names'], names)
  }
  assert.deepEqual(await keysOf('flag=base'), ['middle', 'top'])
  assert.equal((await member('development', 'POST', '/api/v1/flags', flag('only-there', { enabled: true }))).status, 201)
  assert.deepEqual(await keysOf('q=only-there&include=environments'), [])
  const there = (await server.call('GET', '/api/v1/flags?q=only-there&include=environments&elsewhere=true')).json.items
  assert.deepEqual(there.map((one) => [one.key, one.environment, one.environments.map((place) => place.environment)]), [['only-there', 'development', ['development']]])
  const both = await keysOf('elsewhere=true&limit=500')
  assert.deepEqual(both, [...new Set(both)], 'each name once')
  assert.equal(both.length, (await keysOf('limit=500')).length + 1)
  const backend = { authorization: `Bearer ${(await server.call('POST', '/api/v1/keys', { name: 'elsewhere', scope: 'server' })).json.key}` }
  assert.deepEqual(await keysOf('q=only-there&elsewhere=true', backend), [], 'who may not look there')
})

test('the graph of a flag reaches through others, both ways', async () => {
  const graph = (await server.call('GET', '/api/v1/flags/base/graph')).json
  const name = Object.fromEntries(graph.nodes.map((one) => [one.id, one.name]))
  assert.deepEqual(graph.nodes.map((one) => [one.side, one.kind, one.name, one.status]).sort((a, b) => ORDER.indexOf(a[2]) - ORDER.indexOf(b[2])), [
    ['self', 'flag', 'base', 'enabled'], ['needs', 'segment', 'german', 'active'], ['needs', 'segment', 'europe', 'active'],
    ...['middle', 'top'].map((key) => ['needed_by', 'flag', key, 'enabled']),
  ])
  assert.deepEqual(graph.edges.map((one) => [name[one.from], name[one.to], one.pointer]).sort(), [
    ['base', 'german', '/rules/0/segments/0'], ['german', 'europe', '/conditions/all/0/segment'],
    ['middle', 'base', '/dependencies/0'], ['top', 'base', '/dependencies/1'], ['top', 'middle', '/dependencies/0'],
  ])
  assert.deepEqual([graph.needed_by_total, graph.is_cut], [2, false])
  const segment = (await server.call('GET', '/api/v1/segments/europe/graph')).json
  assert.deepEqual(segment.nodes.map((one) => one.name).sort(), [...ORDER].sort())
  assert.equal(segment.nodes[0].name, 'europe')
  assert.equal((await server.call('GET', '/api/v1/flags/none/graph')).status, 404)
})

test('a flag that many others need shows the nearest and says that there are more', async () => {
  await server.call('POST', '/api/v1/import', { flags: [flag('root'), ...Array.from({ length: 201 }, (_, i) => flag(`leaf-${i}`, { dependencies: ['root'] }))] })
  const graph = (await server.call('GET', '/api/v1/flags/root/graph')).json
  assert.deepEqual([graph.nodes.length, graph.edges.length, graph.needed_by_total, graph.is_cut], [201, 200, 201, true])
  await server.call('DELETE', '/api/v1/flags/leaf-0')
  const whole = (await server.call('GET', '/api/v1/flags/root/graph')).json
  assert.deepEqual([whole.nodes.length, whole.needed_by_total, whole.is_cut], [201, 200, false])
})

test('the command line lists, switches and draws what needs what', async () => {
  const shown = cli('list', '--search', 'fresh')
  assert.match(shown.stdout, /flag +production +staging +type/)
  assert.match(shown.stdout, /fresh +on +off +Boolean/)
  assert.match(cli('--stale', 'expired').stdout, /expired +on .*expired/)
  assert.match(cli('off', 'fresh').stdout, /fresh is off in production/)
  assert.equal((await server.call('GET', '/api/v1/flags/fresh')).json.enabled, false)
  assert.match(cli('on', 'fresh').stdout, /fresh is on in production/)
  assert.match(cli('graph', 'base').stdout, /needs +segment +europe +active +by german at \/conditions\/all\/0\/segment/)
  assert.match(cli('graph', 'base').stdout, /needed by +flag +top +enabled +needs middle at \/dependencies\/0; needs base at \/dependencies\/1|needed by +flag +top +enabled +needs base at \/dependencies\/1; needs middle/)
  assert.match(cli('graph', 'fresh').stdout, /it needs nothing/)
  for (const [args, what] of [[['on'], /takes the key/], [['sideways'], /there is no "sideways"/], [['list', '--stale', 'x'], /stale is true, false/], [['on', 'nothing'], /nothing/]]) {
    const got = cli(...args)
    assert.notEqual(got.status, 0)
    assert.match(got.stderr, what)
  }
})
