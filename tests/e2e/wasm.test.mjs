// The engine as WebAssembly decides as the native one: over made-up documents and contexts, from
// definitions and from compiled blocks, and with regular expressions.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import { Engine, GossetClient } from '../../sdk/js/src/index.js'
import { Pattern } from '../../sdk/js/src/pattern.js'
import { binary } from './server.mjs'

const parity = path.join(path.dirname(binary), 'tests/gosset_parity')
const now = 1780272000000 // ORACLE_NOW of tests/unit/eval/oracle.h

function native(args, input) {
  const run = spawnSync(parity, args, { input, encoding: 'utf8', maxBuffer: 1 << 30 })
  assert.equal(run.status, 0, run.stderr)
  return run.stdout.trim().split('\n')
}

test('it decides as the native engine, to the last byte, over 1,500 made-up documents', async () => {
  const engine = await Engine.create()
  let decisions = 0
  const lines = native(['decisions', String(Date.now() % 1e9), '500']).concat(native(['decisions', '0', '1000']))
  for (const line of lines) {
    const { document, about, contexts } = JSON.parse(line)
    const rules = engine.compile(document)
    assert.equal(rules.hash, about.hash)
    for (const { context, flags, experiments } of contexts) {
      document.flags.forEach((flag, i) => {
        assert.deepEqual(rules.flag(flag.key, context, now), flags[i])
        decisions++
      })
      document.experiments.forEach((one, i) => assert.deepEqual(rules.experiment(one.name, context, now), experiments[i]))
    }
    rules.close()
  }
  assert.ok(decisions > 10000, `${decisions}`)
})

test('a thousand rulesets leave no memory behind', async () => {
  const engine = await Engine.create()
  const document = JSON.parse(native(['decisions', '7', '1'])[0]).document
  for (let i = 0; i < 50; i++) engine.compile(document).close()
  const before = engine.exports.memory.buffer.byteLength
  for (let i = 0; i < 1000; i++) engine.compile(document).close()
  assert.equal(engine.exports.memory.buffer.byteLength, before)
})

test('bytes that are no ruleset and definitions that are wrong are refused with the place', async () => {
  const engine = await Engine.create()
  assert.throws(() => engine.load(new Uint8Array(10)), { code: 'BAD_INPUT', message: 'this is no ruleset' })
  assert.throws(() => engine.compile('{'), { code: 'BAD_JSON' })
  assert.throws(() => engine.compile({ flags: [{ key: 'a', type: 'Colour' }] }), { pointer: '/flags/0/type' })
  const rules = engine.compile({ flags: [] })
  assert.throws(() => rules.flag('a', '[1]'), { code: 'INVALID_CONTEXT' })
  assert.equal(rules.flag('a', {}).code, 'FLAG_NOT_FOUND')
})

/** The same numbers every time. */
function random(seed) {
  let state = seed
  return (count) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state >>> 8) % count
  }
}

const atoms = ['a', 'b', 'K', '.', '\\d', '\\w', '\\s', '\\D', '\\W', '\\S', '[ab]', '[^a]', '[a-f0-9]', '[\\d_]', '[]x]', '[^]x]', '\\.', '-', 'é', '\\x61', '\\n', '{', ']', '\\b', '\\B', '^', '$', '\\A', '\\z', '\\Z', '(?i)', '[a\\-z]', '[-a]', '@']
const ends = ['', '', '', '', '*', '+', '?', '{2}', '{1,2}', '{0}', '{2,}', '*?', '+?', '{,2}', '?+', '{1,2}?']

function makePattern(pick, depth = 0) {
  const piece = () => {
    const kind = pick(10)
    const inside = depth < 3 && kind > 7 ? `${['(', '(?:', '(?i:', '(?<n>'][pick(4)]}${makePattern(pick, depth + 1)})` : atoms[pick(atoms.length)]
    return inside + ends[pick(ends.length)]
  }
  const branches = Array.from({ length: 1 + (pick(4) === 0) }, () => Array.from({ length: 1 + pick(4) }, piece).join(''))
  return branches.join('|')
}

test('what a pattern matches, the server\'s PCRE2 matches, and nothing else, over 20,000 made-up cases', () => {
  const pick = random(20261123)
  const letters = ['a', 'b', 'k', 'K', '\u212a', 'x', '1', '_', ' ', '\n', '.', '-', 'é', 'É', '𝒳', '@', ']', '{']
  // Ends, edges and cases of letters, which chance rarely meets together.
  const edges = ['a$', 'a\\Z', 'a\\z', '^a', '\\Aa', '^$', 'a\\b', '\\ba', 'a\\B', '(?i)k', '(?i)[k]', '(?i)[^k]', '(?i)s', '.', '(?s).', '(?s:.)a', 'a.b', '\\s', '\\S', '[^\\n]', 'a{2}', 'a{2,}', 'a{1,2}$', '(|a)$', '(?i:A)b', '(a|b)*?$', '\\x{1d4b3}', '[é-ü]']
  const texts = ['', 'a', 'a\n', 'a\n\n', '\na', 'ab', 'a b', 'ba', 'K', '\u212a', 'S', '\u017f', '\n', '\v', '\r', '\u00a0', 'é', 'ö', '𝒳', 'aa', 'aab', 'AB', 'aB', 'Ab', 'a\nb']
  const fixed = edges.flatMap((pattern) => texts.map((text) => [pattern, text]))
  const cases = fixed.concat(Array.from({ length: 20000 }, () => [
    makePattern(pick), Array.from({ length: pick(8) }, () => letters[pick(letters.length)]).join(''),
  ]))
  const wanted = native(['patterns'], `${cases.map((one) => JSON.stringify(one)).join('\n')}\n`)
  let taken = 0
  cases.forEach(([pattern, text], i) => {
    let mine
    try {
      mine = new Pattern(pattern)
    } catch { return }
    if (wanted[i] === '-1') return // the server refuses a definition with it
    taken++
    assert.equal(mine.matches(text) ? '1' : '0', wanted[i], JSON.stringify([pattern, text]))
  })
  assert.ok(taken > 7000, `${taken} patterns were taken`)
})

test('patterns of evil take bounded time, and what cannot be bounded is refused', () => {
  for (const [pattern, text] of [['^(a+)+$', 'a'.repeat(20000) + '!'], ['(a|a)*b', 'a'.repeat(20000)], ['(.*)(.*)(.*)(.*)x', 'a'.repeat(20000)]])
    assert.equal(new Pattern(pattern).matches(text), false)
  for (const pattern of ['(a)\\1', '(?=a)', '(?!a)', '(?<=a)b', 'a++', '(?>a)', '\\p{L}', '[[:alpha:]]', '((a{100}){100}){100}', '(', 'a)', '[a', '\\', '*a', '\\R', '(?#x)', '(*UTF)'])
    assert.throws(() => new Pattern(pattern), pattern)
})

test('a client without a url or a key says so', () => {
  assert.throws(() => new GossetClient({ url: 'x', key: 'k' }), /http/)
  assert.throws(() => new GossetClient({ url: 'http://x' }), /key/)
})
