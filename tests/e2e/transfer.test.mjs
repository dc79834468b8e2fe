// History comes in from files and all data goes out as Parquet; bad lines are set aside, not lost.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { adminKey, binary, startServer } from './server.mjs'

describe('files in and out', () => {
  let server, folder

  before(async () => {
    server = await startServer()
    folder = mkdtempSync(path.join(tmpdir(), 'gosset-transfer-'))
    const { status, text } = await server.call('POST', '/api/v1/import', {
      metrics: [{ name: 'bought', type: 'Rate', calculation: 'exists(buy)', unit: 'users' }],
      experiments: [
        {
          name: 'files', type: 'AB', status: 'Running', description: 'from files',
          variants: [{ name: 'a' }, { name: 'b' }],
          traffic_allocation: { a: 50, b: 50 },
          success_metrics: { primary_metric: 'bought', minimum_sample_size: 100 },
          start_date: '2026-01-01T00:00:00Z',
        },
      ],
    })
    assert.equal(status, 200, text)
  })
  after(async () => {
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const run = (...args) => {
    const done = spawnSync(binary, args, { env: { ...process.env, GOSSET_URL: server.url, GOSSET_KEY: adminKey } })
    return { code: done.status, out: done.stdout.toString(), err: done.stderr.toString() }
  }
  const file = (name, text) => {
    const at = path.join(folder, name)
    writeFileSync(at, text)
    return at
  }
  const report = (done) => {
    assert.equal(done.code, 0, done.err)
    return JSON.parse(done.out)
  }

  test('assignments: the first holds, faults are told by row and set aside', () => {
    const at = file('a.csv', 'user_id,variant,timestamp,country\nu1,a,2026-02-01T00:00:00Z,DE\nu2,b,2026-02-01T00:00:00Z,FR\nu3,c,2026-02-01T00:00:00Z,FR\n,a,2026-02-01T00:00:00Z,DE\nu4,b,2026-02-02T00:00:00Z,FR\n')
    const aside = path.join(folder, 'aside.csv')
    const done = run('import', 'assignments', at, '--experiment', 'files', '--aside', aside, '--json')
    assert.deepEqual(report(done), { assignments: 3, accepted: 3, duplicates: 0, rejected: 2 })
    assert.match(done.err, /row 3 is left out: the experiment "files" has no variant "c"/)
    assert.match(done.err, /row 4 is left out: it names no user/)
    assert.match(readFileSync(aside, 'utf8'), /^place,number,reason\nrow,4,"it names no user"\nrow,3,"the experiment ""files"" has no variant ""c"""\n$/)
    assert.deepEqual(report(run('import', 'assignments', at, '--experiment', 'files', '--json')), { assignments: 3, accepted: 0, duplicates: 3, rejected: 2 })
  })

  test('assignments of an experiment that is not there end the import', () => {
    const done = run('import', 'assignments', path.join(folder, 'a.csv'), '--experiment', 'nothing')
    assert.notEqual(done.code, 0)
    assert.match(done.err, /there is no experiment "nothing"/)
  })

  test('events: a file twice is once, another file under the same name is new', () => {
    const lines = 'user_id,name,timestamp,amount\nu1,buy,2026-02-01T01:00:00Z,10\nu2,buy,2026-02-01T01:00:00Z,20\nu4,buy,tomorrow,5\n'
    const at = file('e.csv', lines)
    const first = run('import', 'events', at, '--json')
    assert.deepEqual(report(first), { events: 2, accepted: 2, duplicates: 0, rejected: 1 })
    assert.match(first.err, /row 3 is left out/)
    assert.equal(report(run('import', 'events', at, '--json')).duplicates, 2)
    file('e.csv', lines.replace('u1,buy', 'u4,buy'))
    assert.equal(report(run('import', 'events', at, '--json')).accepted, 2)
  })

  test('a malformed line is told by its number', () => {
    const done = run('import', 'events', file('broken.csv', 'user_id,name,amount\nu1,x,1\nu2,x,2,3,4,5\nu3,x,3\n'), '--json')
    assert.equal(report(done).rejected, 1)
    assert.match(done.err, /line 3 is left out/)
  })

  test('a dry run sends nothing, a missing file is a clear error', () => {
    assert.equal(report(run('import', 'events', file('dry.csv', 'user_id,name\nu9,dry\n'), '--dry-run', '--json')).accepted, 0)
    const done = run('import', 'events', path.join(folder, 'nowhere.csv'))
    assert.notEqual(done.code, 0)
    assert.match(done.err, /nowhere\.csv cannot be read/)
  })

  test('everything goes out as Parquet and comes back', async () => {
    for (let tries = 0; tries < 120; tries++) {
      const { json } = await server.call('GET', '/api/v1/experiments/files/results?refresh=true')
      if (json.health.facts_behind === 0) break
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    const out = path.join(folder, 'out')
    const answer = report(run('export', 'parquet', out, '--json'))
    assert.equal(answer.assignments, 3)
    assert.ok(answer.results >= 2)
    assert.equal(answer.facts, true)
    const names = readdirSync(out).sort()
    for (const name of ['assignments.parquet', 'definitions-production.json', 'exposures.parquet', 'results.parquet']) assert.ok(names.includes(name), `${name} in ${names}`)
    assert.ok(names.some((name) => /^event-\d+\.parquet$/.test(name)))
    assert.ok(!names.some((name) => /\.rows|\.db|\.wal/.test(name)), `${names}`)
    for (const name of names.filter((name) => name.endsWith('.parquet'))) assert.equal(readFileSync(path.join(out, name)).subarray(0, 4).toString(), 'PAR1')
    assert.equal(JSON.parse(readFileSync(path.join(out, 'definitions-production.json'))).experiments.length, 1)
    // what went out can be read in again: nothing of it is new
    const back = run('import', 'assignments', path.join(out, 'assignments.parquet'), '--time', 'assigned_at', '--json')
    assert.deepEqual(report(back), { assignments: 3, accepted: 0, duplicates: 3, rejected: 0 })
    const again = run('export', 'parquet', out)
    assert.notEqual(again.code, 0)
    assert.match(again.err, /exists/)
  })

  test('only an admin may export', async () => {
    const { json } = await server.call('POST', '/api/v1/keys', { name: 'reader', scope: 'server' })
    const { status } = await server.call('POST', '/api/v1/export/parquet', { folder: path.join(folder, 'no') }, { authorization: `Bearer ${json.key ?? json.secret}` })
    assert.equal(status, 403)
  })
})
