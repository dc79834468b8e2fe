// What is legal but probably not meant is told, and what is published is what the catalog holds.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { startServer } from './server.mjs'

const flag = (key, rules) => ({ key, name: key, type: 'Boolean', default_value: false, enabled: true, rules })

test('rules that can never match are told with flag and place', async () => {
  const server = await startServer()
  try {
    const dubious = flag('dubious', [{ value: true, conditions: { age: { at_least: 20, less_than: 18 } } }])
    assert.equal((await server.call('POST', '/api/v1/flags', dubious)).status, 201)
    assert.equal((await server.call('POST', '/api/v1/flags', flag('sound', [{ value: true, conditions: { age: 5 } }]))).status, 201)
    const { json } = await server.call('GET', '/api/v1/warnings')
    assert.deepEqual(json.items.map(({ kind, name, pointer }) => [kind, name, pointer]), [
      ['flag', 'dubious', '/rules/0/conditions/age/less_than'],
      ['flag', 'dubious', '/rules/0'],
    ])
    assert.match(json.items[1].message, /never matches/)
    assert.equal((await server.call('GET', '/api/v1/warnings?kind=flag&name=sound')).json.items.length, 0)
    const imported = await server.call('POST', '/api/v1/import?dry_run=true', { flags: [flag('third', [{ value: true, percentage: 0 }])] })
    assert.deepEqual(imported.json.warnings, [{ pointer: '/flags/0/rules/0/percentage', message: 'the rule never matches: its percentage is 0' }])
    assert.deepEqual((await server.call('POST', '/api/v1/import?dry_run=true', { flags: [flag('third', [{ value: true }])] })).json.warnings, [])
  } finally {
    await server.stop()
  }
})

test('what a change publishes is what a restarted server compiles', async () => {
  const data = mkdtempSync(path.join(tmpdir(), 'gosset-e2e-'))
  const hash = async (server) => (await server.call('GET', '/sdk/v1/ruleset')).headers.get('etag')
  try {
    let server = await startServer({ data })
    const hashes = new Set([await hash(server)])
    assert.equal((await server.call('POST', '/api/v1/flags', flag('f', [{ value: true, percentage: 10 }]))).status, 201)
    hashes.add(await hash(server))
    assert.equal((await server.call('PATCH', '/api/v1/flags/f', { rules: [{ value: true, percentage: 20 }] })).status, 200)
    const last = await hash(server)
    hashes.add(last)
    assert.equal(hashes.size, 3)
    await server.stop()
    server = await startServer({ data })
    assert.equal(await hash(server), last)
    await server.stop()
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
})

test('a change is tried on contexts that are given, with segments, warnings and places of errors', async () => {
  const server = await startServer()
  try {
    await server.call('POST', '/api/v1/segments', { name: 'german', conditions: { country: 'DE' } })
    await server.call('POST', '/api/v1/flags', flag('f', [{ value: true, segments: ['german'] }]))
    const contexts = [{ targetingKey: 'a', country: 'DE' }, { targetingKey: 'b', country: 'FR' }, { targetingKey: 'c', country: 'DE' }]
    const ask = (body) => server.call('POST', '/api/v1/what-if', { kind: 'flag', name: 'f', contexts, ...body })
    const { json } = await ask({ change: { rules: [{ value: true, conditions: { country: 'FR' } }, { value: true, conditions: { n: { in: [] } } }] } })
    assert.deepEqual([json.contexts, json.changed], [3, 3])
    const off = json.transitions.find((one) => one.from_value === true)
    assert.deepEqual([off.count, off.segments], [2, { german: 2 }])
    assert.equal(json.transitions.find((one) => one.to_value === true).example, 'b')
    assert.deepEqual(json.warnings.map((one) => one.pointer), ['/change/rules/1/conditions/n/in', '/change/rules/1'])
    assert.equal((await ask({ change: {}, nonsense: 1 })).json.pointer, '/nonsense')
    assert.equal((await ask({ change: {}, contexts: [{}, 5] })).json.pointer, '/contexts/1')
    assert.equal((await ask({ change: { rules: [{ value: 'text' }] } })).json.pointer, '/change/rules/0/value')
  } finally {
    await server.stop()
  }
})
