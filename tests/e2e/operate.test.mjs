// What the pages do, the command line does: look-ups, the audit log, environments, and any call of the API.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { adminKey, binary, startServer } from './server.mjs'

let server
const run = (args, input) => spawnSync(binary, args, { env: { ...process.env, GOSSET_URL: server.url, GOSSET_KEY: adminKey }, encoding: 'utf8', input })

before(async () => {
  server = await startServer()
  await server.call('POST', '/api/v1/flags', { key: 'banner', type: 'String', default_value: 'old', value: 'old', enabled: true })
})
after(async () => server?.stop())

test('any call of the API is a command; a refusal is exit status 1, a wrong call 2', () => {
  assert.equal(JSON.parse(run(['api', '/readyz']).stdout).status, 'ready')
  assert.equal(JSON.parse(run(['api', 'PATCH', '/api/v1/flags/banner', '--data', '{"description":"by hand"}']).stdout).description, 'by hand')
  assert.equal(run(['api', '/api/v1/identify', '--file', '-'], '{"user_id":"ann","device_id":"d-1","attributes":{"plan":"pro"}}').status, 0)
  const refused = run(['api', '/api/v1/flags/none'])
  assert.equal(refused.status, 1)
  assert.match(refused.stderr, /NOT_FOUND/)
  for (const wrong of [[], ['flags'], ['BREW', '/tea'], ['/x', '--data', '{}', '--file', '-']]) assert.equal(run(['api', ...wrong]).status, 2, wrong.join(' '))
})

test('a user is looked up, explained now and at a past time, and forgotten', async () => {
  const past = new Date().toISOString()
  await new Promise((resolve) => setTimeout(resolve, 20))
  await server.call('PATCH', '/api/v1/flags/banner', { value: 'new', default_value: 'new' })
  await server.call('PUT', '/api/v1/flags/banner/overrides/bob', { value: 'his own' })
  const ann = run(['lookup', 'ann'])
  assert.match(ann.stdout, /plan = "pro"\ndevice d-1/)
  assert.match(run(['lookup', 'bob']).stdout, /banner +his own/)
  assert.match(run(['lookup', 'ann', '--flag', 'banner']).stdout, /^"new" /)
  assert.match(run(['lookup', 'ann', '--flag', 'banner', '--at', past]).stdout, /^"old" /)
  assert.match(run(['lookup', 'ann', '--flag', 'banner', '--at', '2020-01-01T00:00:00Z']).stderr, /no ruleset was in force/)
  assert.equal(run(['lookup', 'ann', '--forget']).stdout, 'ann is forgotten\n')
  assert.equal(run(['lookup', 'ann']).stdout, '')
  assert.equal(run(['lookup', 'ann', '--at', past]).status, 2)
})

test('the audit log is filtered, and environments are made and listed', () => {
  assert.match(run(['audit', '--kind', 'flag', '--name', 'banner', '--action', 'create']).stdout, /create +flag +banner\n$/)
  assert.equal(JSON.parse(run(['audit', '--actor', 'nobody at all', '--json']).stdout).total, 0)
  assert.match(run(['audit', '--since', 'yesterday']).stderr, /\/since/)
  assert.equal(run(['environment', 'create', 'preview']).stdout, 'made preview\n')
  assert.match(run(['environment', 'list']).stdout, /preview +live at once/)
  assert.match(run(['environment', 'create', 'preview']).stderr, /already/)
})
