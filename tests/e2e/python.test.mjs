// The Python OFREP provider against the program. Its packages are put beside it by tools/setup where
// PyPI can be reached.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startServer } from './server.mjs'

const folder = fileURLToPath(new URL('python', import.meta.url))
const skip = existsSync(`${folder}/packages/openfeature`) ? false : 'the packages of PyPI are not here'
let server
let told

before(async () => {
  if (skip) return
  server = await startServer()
  const { key } = (await server.call('POST', '/api/v1/keys', { name: 'python', scope: 'server' })).json
  for (const flag of [
    { key: 'bool', type: 'Boolean', default_value: false, enabled: true },
    { key: 'text', type: 'String', default_value: '', value: 'on', enabled: true },
    { key: 'integer', type: 'Number', default_value: 1, value: 10, enabled: true },
    { key: 'float', type: 'Number', default_value: 0.5, value: 12.5, enabled: true },
    { key: 'object', type: 'JSON', default_value: {}, value: { a: [1] }, enabled: true },
    { key: 'off', type: 'Boolean', default_value: false, enabled: false },
    { key: 'half', type: 'Boolean', default_value: false, enabled: true, rollout_percentage: 50 },
  ]) {
    const made = await server.call('POST', '/api/v1/flags', { name: flag.key, ...flag })
    assert.equal(made.status, 201, made.text)
  }
  const done = await promisify(execFile)('python3', [`${folder}/provider.py`, server.url, key], {
    env: { ...process.env, PYTHONPATH: `${folder}/packages` },
  })
  told = JSON.parse(done.stdout)
})
after(() => server?.stop())

test('every type resolves in Python, with variant, reason and metadata, below a path prefix too (O21)', { skip }, () => {
  const values = Object.fromEntries(Object.entries(told).map(([name, { value }]) => [name, value]))
  assert.equal(values.bool, true)
  assert.equal(values['no context'], true)
  assert.equal(values.prefix, true)
  assert.equal(values.text, 'on')
  assert.equal(values.integer, 10)
  assert.equal(values.float, 12.5)
  assert.deepEqual(values.object, { a: [1] })
  for (const name of ['bool', 'text', 'integer', 'float', 'object', 'off']) {
    assert.equal(told[name].errorCode, null, `${name}: ${JSON.stringify(told[name])}`)
    assert.ok(told[name].variant)
    assert.equal(told[name].metadata.flagSetId, 'production')
  }
  assert.match(told.off.reason, /DISABLED/)
})

test('errors are those of the specification in Python', { skip }, () => {
  assert.match(told.unknown.errorCode, /FLAG_NOT_FOUND/)
  assert.match(told['no key'].errorCode, /TARGETING_KEY_MISSING/)
  assert.match(told.unauthorized.errorCode, /GENERAL/)
  assert.equal(told.unauthorized.value, false)
})
