// GrowthBook's and flagd's engines on the workload of eval_bench: 1,000 flags, users with 8 attributes. The
// definitions are translated, both engines must agree on all that chance does not decide, and the ratio is to
// what gosset took in the same run. Run by peers.sh, beside document.json, users.jsonl and gosset.jsonl.
import { readFileSync } from 'node:fs'
import { GrowthBookClient } from '@growthbook/growthbook'
import { FlagdCore } from '@openfeature/flagd-core'

const read = (name) => readFileSync(new URL(name, import.meta.url), 'utf8')
const document = JSON.parse(read('document.json'))
const users = read('users.jsonl').trim().split('\n').map((line) => JSON.parse(line))
const gosset = Object.fromEntries(read('gosset.jsonl').trim().split('\n').map((line) => JSON.parse(line)).map((row) => [row.metric, row.value]))

const segments = Object.fromEntries(document.segments.map((one) => [one.name, one.conditions.all]))
const experiments = Object.fromEntries(document.experiments.map((one) => [one.name, segments[one.targeting_rules.include_segments[0]]]))

/** Each test as [attribute, operator, operand]. */
const tests = (conditions) =>
  conditions.flatMap((one) => Object.entries(one).map(([name, asked]) =>
    Array.isArray(asked) ? [name, 'in', asked] : typeof asked === 'object' ? [name, ...Object.entries(asked)[0]] : [name, 'equals', asked]))

const mongo = {
  in: (v) => ({ $in: v }), not_in: (v) => ({ $nin: v }), equals: (v) => v, not_equals: (v) => ({ $ne: v }),
  at_least: (v) => ({ $gte: v }), version_at_least: (v) => ({ $vgte: v }), ends_with: (v) => ({ $regex: `${v.replaceAll('.', '\\.')}$` }),
}
const logic = {
  in: (a, v) => ({ in: [a, v] }), not_in: (a, v) => ({ '!': [{ in: [a, v] }] }), equals: (a, v) => ({ '==': [a, v] }), not_equals: (a, v) => ({ '!=': [a, v] }),
  at_least: (a, v) => ({ '>=': [a, v] }), version_at_least: (a, v) => ({ sem_ver: [a, '>=', v] }), ends_with: (a, v) => ({ ends_with: [a, v] }),
}
const toMongo = (conditions) => ({ $and: tests(conditions).map(([name, op, v]) => ({ [name]: mongo[op](v) })) })
const toLogic = (conditions) => ({ and: tests(conditions).map(([name, op, v]) => logic[op]({ var: name }, v)) })

function growthbookFeature(flag) {
  if (flag.rollout_percentage !== undefined)
    return { defaultValue: false, rules: [{ force: true, coverage: flag.rollout_percentage / 100, hashAttribute: 'targetingKey' }] }
  if (!flag.rules) return { defaultValue: true }
  const [first] = flag.rules
  if (first.experiment)
    return {
      defaultValue: 'none',
      rules: [{ key: first.experiment, condition: toMongo(experiments[first.experiment]), variations: Object.values(first.values), weights: [0.25, 0.25, 0.25, 0.25], hashAttribute: 'targetingKey' }],
    }
  return { defaultValue: 'none', rules: flag.rules.map((rule) => ({ condition: toMongo([rule.conditions]), force: rule.value })) }
}

function flagdFlag(flag) {
  const bool = { state: 'ENABLED', variants: { on: true, off: false } }
  if (flag.rollout_percentage !== undefined)
    return { ...bool, defaultVariant: 'off', targeting: { fractional: [['on', flag.rollout_percentage], ['off', 100 - flag.rollout_percentage]] } }
  if (!flag.rules) return { ...bool, defaultVariant: 'on' }
  const [first] = flag.rules
  const text = { state: 'ENABLED', defaultVariant: 'none' }
  if (first.experiment) {
    const names = Object.values(first.values)
    return {
      ...text, variants: Object.fromEntries(['none', ...names].map((name) => [name, name])),
      targeting: { if: [toLogic(experiments[first.experiment]), { fractional: names.map((name) => [name, 25]) }, 'none'] },
    }
  }
  return {
    ...text, variants: Object.fromEntries(['none', ...flag.rules.map((rule) => rule.value)].map((name) => [name, name])),
    targeting: { if: [...flag.rules.flatMap((rule) => [toLogic([rule.conditions]), rule.value]), 'none'] },
  }
}

const client = new GrowthBookClient({})
client.initSync({ payload: { features: Object.fromEntries(document.flags.map((flag) => [flag.key, growthbookFeature(flag)])) } })
const flagd = new FlagdCore()
flagd.setConfigurations(JSON.stringify({ flags: Object.fromEntries(document.flags.map((flag) => [flag.key, flagdFlag(flag)])) }))

const engines = {
  growthbook: { bind: (user) => ({ attributes: user }), decide: (flag, user) => client.evalFeature(flag.key, user).value },
  flagd: {
    bind: (user) => user,
    decide: (flag, user) => (flag.type === 'Boolean' ? flagd.resolveBooleanEvaluation(flag.key, false, user) : flagd.resolveStringEvaluation(flag.key, '', user)).value,
  },
}

const certain = document.flags.filter((flag) => flag.rollout_percentage === undefined && !flag.rules?.[0].experiment)
for (const flag of certain)
  for (const user of users.slice(0, 50)) {
    const [a, b] = Object.values(engines).map((engine) => engine.decide(flag, engine.bind(user)))
    if (a !== b) throw new Error(`${flag.key} for ${user.targetingKey}: ${a} and ${b}`)
  }

// As eval_bench does it: users one after the other, each asks ten flags.
const EACH = 10, ROUNDS = 3
const flags = document.flags
for (const [name, engine] of Object.entries(engines)) {
  const bound = users.map(engine.bind)
  const times = []
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    for (let user = 0; user < bound.length; user++) {
      let flag = (user * 7) % flags.length
      for (let i = 0; i < EACH; i++) {
        engine.decide(flags[(flag * 389) % flags.length], bound[user])
        flag = flag + 1 < flags.length ? flag + 1 : 0
      }
    }
    times.push((performance.now() - start) * 1e6 / (bound.length * EACH))
  }
  const ns = Math.min(...times), own = gosset.mixed_100000_users_best
  console.log(JSON.stringify({ bench: 'peers', metric: `${name}_mixed_100000_users`, value: Math.round(ns), unit: 'ns/decision', gosset: own, times_gosset: Number((ns / own).toPrecision(3)), at_least: 40, ok: ns / own >= 40 }))
}
