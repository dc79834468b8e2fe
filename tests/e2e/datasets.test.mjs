// Real experiments travel the whole path: files to assignments and events over HTTP, the ledger, the
// analysis, the results that REST gives. The numbers must be those that R found.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { adminKey, binary, startServer } from './server.mjs'

const data = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../shared/data')
const skip = existsSync(path.join(data, 'expected_results.csv')) ? false : 'the reference data are not here'

const day = (n) => new Date(Date.UTC(2026, 8, 1) + n * 86_400_000).toISOString()

/** Lines of a CSV file as objects; a field may stand in quotes. */
function csv(name) {
  const bytes = readFileSync(path.join(data, name))
  const lines = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().trim().split(/\r?\n/)
  const cells = (line) => line.match(/("([^"]|"")*"|[^,]*)(,|$)/g).map((cell) => cell.replace(/,$/, '').replace(/^"|"$/g, ''))
  const names = cells(lines[0])
  return lines.slice(1).map((line) => {
    const row = cells(line)
    return Object.fromEntries(names.map((column, i) => [column, row[i]]))
  })
}

const near = (got, wanted, what, relative = 1e-9) =>
  assert.ok(Math.abs(got - wanted) <= relative * Math.max(Math.abs(wanted), 1e-300), `${what}: ${got}, not ${wanted}`)

describe('experiments of the world', { skip }, () => {
  let server, folder, wanted

  before(async () => {
    server = await startServer()
    folder = mkdtempSync(path.join(tmpdir(), 'gosset-data-'))
    wanted = new Map(csv('expected_results.csv').map((row) => [`${row.dataset}/${row.analysis}/${row.metric}/${row.arm}/${row.stat}`, Number(row.value)]))
  })
  after(async () => {
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const expected = (key) => {
    assert.ok(wanted.has(key), `the reference has no ${key}`)
    return wanted.get(key)
  }
  const run = (...args) =>
    JSON.parse(
      execFileSync(binary, [...args, '--json'], {
        env: { ...process.env, GOSSET_URL: server.url, GOSSET_KEY: adminKey },
        maxBuffer: 1 << 26,
      }).toString(),
    )
  /** Writes rows as a CSV file and imports it as `what`. */
  const feed = (what, rows, ...options) => {
    const names = Object.keys(rows[0])
    const file = path.join(folder, `${what}.csv`)
    writeFileSync(file, [names.join(','), ...rows.map((row) => names.map((name) => row[name]).join(','))].join('\n') + '\n')
    const report = run('import', what, file, ...options)
    assert.equal(report.accepted, rows.length)
    assert.equal(report.rejected, 0)
  }
  const define = async (name, variants, units, metrics) => {
    const shares = units.map((n) => Math.round((n / units.reduce((a, b) => a + b)) * 1e11) / 1e9)
    shares[0] = Math.round((shares[0] + 100 - shares.reduce((a, b) => a + b)) * 1e9) / 1e9
    const all = Object.keys(metrics)
    const answer = await server.call('POST', '/api/v1/import', {
      metrics: all.map((metric) => ({ name: metric, ...metrics[metric] })),
      experiments: [
        {
          name,
          description: 'an experiment of the world',
          type: 'AB',
          status: 'Running',
          variants: variants.map((variant) => ({ name: variant })),
          traffic_allocation: Object.fromEntries(variants.map((variant, i) => [variant, shares[i]])),
          success_metrics: { primary_metric: all[0], secondary_metrics: all.slice(1), minimum_sample_size: 100 },
          start_date: day(0),
        },
      ],
    })
    assert.equal(answer.status, 200, answer.text)
  }
  const results = async (name) => {
    for (let tries = 0; tries < 120; tries++) {
      const { status, json, text } = await server.call('GET', `/api/v1/experiments/${name}/results?refresh=true`)
      assert.equal(status, 200, text)
      if (json.health.facts_behind === 0) {
        const row = (metric, variant) => json.results.find((one) => one.metric_name === metric && one.variant === variant)
        return { row, health: json.health, all: json.results }
      }
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    throw new Error('the ledger does not catch up')
  }
  const proportion = (row, control, key) => {
    near(row.mean_value, expected(`${key}/p_t`), `${key} mean`)
    near(control.mean_value, expected(`${key}/p_c`), `${key} mean of control`)
    assert.equal(row.conversions, expected(`${key}/x_t`))
    near(row.diff, expected(`${key}/diff`), `${key} difference`)
    near(row.lift / 100, expected(`${key}/lift`), `${key} lift`)
    near(row.p_value, expected(`${key}/p_pooled`), `${key} p`)
  }
  const welch = (row, key) => {
    const raw = row.raw ?? row
    for (const [field, stat] of [['diff', 'diff'], ['se', 'se'], ['p_value', 'p']]) near(raw[field], expected(`${key}/${stat}`), `${key} ${stat}`)
  }
  const verified = (name) => assert.equal(run('results', name, '--verify').same, true)

  test('Cookie Cats: retention falls, the rounds do not, and the split is odd', async () => {
    await define('cookie-cats', ['gate_30', 'gate_40'], [1, 1], {
      cats_retention_1: { type: 'Rate', calculation: 'exists(game where retention_1 = true)', unit: 'users' },
      cats_retention_7: { type: 'Rate', calculation: 'exists(game where retention_7 = true)', unit: 'users' },
      cats_rounds: { type: 'Count', calculation: 'sum(game.sum_game_rounds)', unit: 'rounds' },
    })
    // the file as it is, as an analyst would import it
    const file = path.join(data, 'cookie_cats.csv.gz')
    assert.equal(run('import', 'assignments', file, '--experiment', 'cookie-cats', '--user', 'userid', '--variant', 'version').accepted, 90189)
    assert.equal(run('import', 'events', file, '--event', 'game', '--user', 'userid').accepted, 90189)
    assert.equal(run('import', 'events', file, '--event', 'game', '--user', 'userid').duplicates, 90189)
    const { row, health } = await results('cookie-cats')
    near(health.sample_ratio.p_value, expected('cookie_cats/srm/units/all/p'), 'sample ratio')
    near(health.sample_ratio.chi_square, expected('cookie_cats/srm/units/all/chisq'), 'chi-square')
    for (const metric of ['retention_1', 'retention_7'])
      proportion(row(`cats_${metric}`, 'gate_40'), row(`cats_${metric}`, 'gate_30'), `cookie_cats/two_proportion/${metric}/gate_40`)
    welch(row('cats_rounds', 'gate_40'), 'cookie_cats/welch/sum_gamerounds/gate_40')
    for (const arm of ['gate_30', 'gate_40']) {
      near(row('cats_rounds', arm).mean_value, expected(`cookie_cats/arm/sum_gamerounds/${arm}/mean`), 'mean')
      near(row('cats_rounds', arm).variance, expected(`cookie_cats/arm/sum_gamerounds/${arm}/variance`), 'variance')
    }
    verified('cookie-cats')
  })

  test('Hillstrom: three arms, revenue, a ratio, and a covariate from before', async () => {
    const arms = ['No E-Mail', 'Mens E-Mail', 'Womens E-Mail']
    await define('hillstrom', arms, [1, 1, 1], {
      mail_spend: { type: 'Revenue', calculation: 'sum(spend.amount)', unit: 'USD' },
      mail_visit: { type: 'Rate', calculation: 'exists(visit)', unit: 'users' },
      mail_conversion: { type: 'Rate', calculation: 'exists(conversion)', unit: 'users' },
      mail_spend_per_visit: { type: 'Revenue', calculation: 'sum(spend.amount) / count(visit)', unit: 'USD', lookback: '0d' },
    })
    const rows = csv('hillstrom.csv.gz').map((row, i) => ({ ...row, user_id: `h${i}` }))
    feed('assignments', rows.map(({ user_id, segment, zip_code }) => ({ user_id, variant: segment, timestamp: day(10), zip_code })), '--experiment', 'hillstrom')
    const events = rows.flatMap(({ user_id, visit, conversion, spend, history }) => [
      { user_id, name: 'spend', timestamp: day(9), amount: history },
      ...(visit === '1' ? [{ user_id, name: 'visit', timestamp: day(11), amount: '' }] : []),
      ...(conversion === '1' ? [{ user_id, name: 'conversion', timestamp: day(12), amount: '' }] : []),
      ...(Number(spend) > 0 ? [{ user_id, name: 'spend', timestamp: day(12), amount: spend }] : []),
    ])
    feed('events', events)
    const { row, health } = await results('hillstrom')
    near(health.sample_ratio.p_value, expected('hillstrom/srm/units/all/p'), 'sample ratio', 1e-7)
    for (const arm of arms.slice(1)) {
      proportion(row('mail_visit', arm), row('mail_visit', arms[0]), `hillstrom/two_proportion/visit/${arm}`)
      proportion(row('mail_conversion', arm), row('mail_conversion', arms[0]), `hillstrom/two_proportion/conversion/${arm}`)
      welch(row('mail_spend', arm), `hillstrom/welch/spend/${arm}`)
      const adjusted = row('mail_spend', arm).fixed ?? row('mail_spend', arm)
      near(adjusted.diff, expected(`hillstrom/cuped/spend~history/${arm}/diff_lin`), 'difference with covariate', 1e-3)
      near(adjusted.se, expected(`hillstrom/cuped/spend~history/${arm}/se_lin`), 'its standard error', 1e-3)
      const ratio = row('mail_spend_per_visit', arm)
      near(ratio.diff, expected(`hillstrom/ratio_delta/spend_per_visit/${arm}/diff`), 'ratio')
      near(ratio.se, expected(`hillstrom/ratio_delta/spend_per_visit/${arm}/se`), 'standard error of the ratio')
    }
    verified('hillstrom')
  })

  test('National Supported Work: 445 people and skewed earnings', async () => {
    await define('nsw', ['control', 'treated'], [260, 185], {
      nsw_earnings: { type: 'Revenue', calculation: 'sum(earnings.amount)', unit: 'USD' },
    })
    const rows = csv('nsw_dehejia_wahba.csv').map((row, i) => ({ ...row, user_id: `n${i}` }))
    feed('assignments', rows.map(({ user_id, treat }) => ({ user_id, variant: treat === '1' ? 'treated' : 'control', timestamp: day(10) })), '--experiment', 'nsw')
    feed('events', rows.flatMap(({ user_id, re75, re78 }) => [
      { user_id, timestamp: day(8), amount: re75 },
      { user_id, timestamp: day(12), amount: re78 },
    ]), '--event', 'earnings')
    const { row } = await results('nsw')
    welch(row('nsw_earnings', 'treated'), 'nsw_dehejia_wahba/welch/re78/treated')
    verified('nsw')
  })

  test('Achievement awards: schools were drawn, so schools are the units', async () => {
    await define('awards', ['control', 'treated'], [1, 1], {
      awards_bagrut: { type: 'Rate', calculation: 'sum(student.passed) / count(student)', unit: 'students', lookback: '0d' },
      awards_units: { type: 'Count', calculation: 'sum(student.units) / count(student)', unit: 'units', lookback: '0d' },
    })
    const rows = csv('achievement_awards_rct.csv.gz').filter((row) => row.year === '2001')
    const schools = new Map(rows.map(({ school_id, treated }) => [school_id, treated]))
    feed('assignments', [...schools].map(([school, treated]) => ({ user_id: `s${school}`, variant: treated === '1' ? 'treated' : 'control', timestamp: day(10) })), '--experiment', 'awards')
    feed('events', rows.map(({ school_id, Bagrut_status, awarded }) => ({ user_id: `s${school_id}`, timestamp: day(11), passed: Bagrut_status, units: awarded })), '--event', 'student')
    const { row } = await results('awards')
    for (const [metric, name] of [['awards_bagrut', 'Bagrut_status'], ['awards_units', 'awarded']]) {
      const key = `achievement_awards/cluster/${name}/treated`
      near(row(metric, 'treated').mean_value, expected(`${key}/mean_t`), 'mean')
      near(row(metric, 'treated').diff, expected(`${key}/diff`), 'difference')
      near(row(metric, 'treated').se, expected(`${key}/se_delta_cluster`), 'standard error over schools')
    }
    verified('awards')
  })

  test('Udacity: one unit for each click of the first 23 days', async () => {
    await define('udacity', ['control', 'experiment'], [1, 1], {
      udacity_gross: { type: 'Rate', calculation: 'exists(enrollment)', unit: 'users' },
      udacity_net: { type: 'Rate', calculation: 'exists(payment)', unit: 'users' },
    })
    const units = [], events = []
    for (const row of csv('udacity_free_trial.csv').filter((one) => one.payments !== '' && one.payments !== 'NA'))
      for (let i = 0; i < Number(row.clicks); i++) {
        const user_id = `${row.group}-${row.date}-${i}`
        units.push({ user_id, variant: row.group, timestamp: day(10) })
        if (i < Number(row.enrollments)) events.push({ user_id, name: 'enrollment', timestamp: day(11) })
        if (i < Number(row.payments)) events.push({ user_id, name: 'payment', timestamp: day(12) })
      }
    feed('assignments', units, '--experiment', 'udacity')
    feed('events', events)
    const { row } = await results('udacity')
    for (const metric of ['gross', 'net'])
      proportion(row(`udacity_${metric}`, 'experiment'), row(`udacity_${metric}`, 'control'), `udacity_free_trial/two_proportion/${metric}_conversion/experiment`)
    verified('udacity')
  })

  test('Upworthy: of two headline tests one was not split as it says', async () => {
    for (const [id, alarm] of [['5261589c7a5704eaa2009566', true], ['548107503239330024010000', false]]) {
      const arms = csv('upworthy_tests.csv.gz').filter((row) => row.test_id === id)
      await define(`upworthy-${id}`, arms.map((arm) => `p${arm.package}`), arms.map(() => 1), {
        [`click_${id}`]: { type: 'Rate', calculation: 'exists(click)', unit: 'users' },
      })
      const units = arms.flatMap((arm) => Array.from({ length: Number(arm.impressions) }, (_, i) => ({ user_id: `${id}-${arm.package}-${i}`, variant: `p${arm.package}`, timestamp: day(10) })))
      feed('assignments', units, '--experiment', `upworthy-${id}`)
      feed('events', arms.flatMap((arm) => Array.from({ length: Number(arm.clicks) }, (_, i) => ({ user_id: `${id}-${arm.package}-${i}`, timestamp: day(11) }))), '--event', 'click')
      const { health, row } = await results(`upworthy-${id}`)
      near(health.sample_ratio.p_value, expected(`upworthy/example/srm_p|ctr_p/${id}/srm_p`), 'sample ratio', 1e-7)
      assert.equal(health.sample_ratio.alarm, alarm)
      for (const arm of arms) assert.equal(row(`click_${id}`, `p${arm.package}`).conversions, Number(arm.clicks))
    }
  })
})
