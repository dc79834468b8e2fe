// Regular expressions of rules, in time bounded by the lengths of text and pattern: all ways are
// walked at once, none is tried after another. Whether a text matches is then the same as for the
// server's PCRE2, for all that regular expressions can say; what needs memory of the text (back
// references, looking around) is refused, and so is a ruleset that holds it.

const MOST_STEPS = 2000
const MOST_WORK = 20_000_000
const MOST_BYTES = 64 << 10 // as the server: longer texts match nothing

const ANY = (c) => c !== 10
const EVERY = () => true
const digit = (c) => c >= 48 && c <= 57
const word = (c) => digit(c) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95
const space = (c) => (c >= 9 && c <= 13) || c === 32
const CLASSES = { d: digit, w: word, s: space }
const CHARS = { t: 9, n: 10, f: 12, r: 13, e: 27, a: 7 }

/** All ASCII letters, and the two characters elsewhere that are such letters in the other case. */
function bothCases(c) {
  if ((c >= 65 && c <= 90) || (c >= 97 && c <= 122)) {
    const low = c | 32
    return low === 107 ? [low, c ^ 32, c, 0x212a] : low === 115 ? [low, c ^ 32, c, 0x17f] : [c, c ^ 32]
  }
  if (c === 0x212a) return [c, 75, 107]
  if (c === 0x17f) return [c, 83, 115]
  return [c]
}

class Reader {
  constructor(pattern) {
    this.chars = Array.from(pattern)
    this.at = 0
    this.nocase = false
    this.dotall = false
  }

  fail(what) {
    throw new Error(`${what} at character ${this.at} of the regular expression ${this.chars.join('')}`)
  }

  get peek() { return this.chars[this.at] }
  ahead(text) { return this.chars.slice(this.at, this.at + text.length).join('') === text }
  skip(text) {
    if (!this.ahead(text)) return false
    this.at += text.length
    return true
  }

  single(c) {
    if (!this.nocase) return { set: (x) => x === c }
    if (c > 127 && c !== 0x212a && c !== 0x17f) this.fail('a letter beyond ASCII without regard to case')
    const all = bothCases(c)
    return { set: (x) => all.includes(x) }
  }

  /** What stands behind a backslash: a character's code, or a set. */
  escape(inClass) {
    const name = this.chars[this.at++]
    if (name === undefined) this.fail('a backslash at the end')
    if (!/[a-zA-Z0-9]/.test(name)) return name.codePointAt(0)
    if (CLASSES[name]) return CLASSES[name]
    const negated = CLASSES[name.toLowerCase()]
    if (negated) return (c) => !negated(c)
    if (CHARS[name] !== undefined) return CHARS[name]
    if (inClass && name === 'b') return 8
    if (name === 'x') {
      const rest = this.chars.slice(this.at).join('')
      const found = rest.match(/^\{([0-9a-fA-F]{1,6})\}/) ?? rest.match(/^([0-9a-fA-F]{2})/)
      const code = found ? parseInt(found[1], 16) : NaN
      if (!(code <= 0x10ffff) || (code >= 0xd800 && code <= 0xdfff)) this.fail('\\x of this form')
      this.at += found[0].length
      return code
    }
    return this.fail(`\\${name}`)
  }

  inClass() {
    const c = this.chars[this.at++]
    if (c === undefined) this.fail('[ without ]')
    if (c === '[' && /[:.=]/.test(this.peek ?? '')) this.fail(`[${this.peek}`)
    return c === '\\' ? this.escape(true) : c.codePointAt(0)
  }

  class() {
    const parts = []
    const negated = this.skip('^')
    do {
      const low = this.inClass()
      if (this.peek === '-' && this.chars[this.at + 1] !== ']' && typeof low === 'number') {
        this.at++
        const high = this.inClass()
        if (typeof high !== 'number' || high < low) this.fail('a range that ends before it begins')
        parts.push((c) => c >= low && c <= high)
      } else {
        parts.push(typeof low === 'number' ? (c) => c === low : low)
      }
    } while (this.peek !== ']')
    this.at++
    const nocase = this.nocase
    return { set: (c) => (nocase ? bothCases(c) : [c]).some((x) => parts.some((part) => part(x))) !== negated }
  }

  group() {
    if (this.ahead('*')) this.fail('(*')
    const before = [this.nocase, this.dotall]
    if (this.skip('?')) {
      const rest = this.chars.slice(this.at).join('')
      const found = rest.match(/^(P?<[A-Za-z_]\w*>)/) ?? rest.match(/^([is]*(?:-[is]+)?)([:)])/)
      if (!found) this.fail(`(?${this.peek ?? ''}`)
      this.at += found[0].length
      if (found[2] !== undefined) this.flags(found[1])
      if (found[2] === ')') return { all: [] } // holds until the group around it ends
    }
    const inside = this.either()
    if (!this.skip(')')) this.fail('( without )')
    ;[this.nocase, this.dotall] = before
    return inside
  }

  flags(text) {
    const [on, off = ''] = text.split('-')
    if (on.includes('i') || off.includes('i')) this.nocase = !off.includes('i')
    if (on.includes('s') || off.includes('s')) this.dotall = !off.includes('s')
  }

  atom() {
    const c = this.chars[this.at++]
    if (c === '(') return this.group()
    if (c === '[') return this.class()
    if (c === '.') return { set: this.dotall ? EVERY : ANY }
    if (c === '^') return { where: 'start' }
    if (c === '$') return { where: 'end' }
    if (c === '*' || c === '+' || c === '?') this.fail(`${c} behind nothing`)
    if (c !== '\\') return this.single(c.codePointAt(0))
    if (this.skip('b')) return { where: 'edge' }
    if (this.skip('B')) return { where: 'noEdge' }
    if (this.skip('A')) return { where: 'start' }
    if (this.skip('Z')) return { where: 'end' }
    if (this.skip('z')) return { where: 'veryEnd' }
    const found = this.escape(false)
    return typeof found === 'number' ? this.single(found) : { set: found }
  }

  repeat(atom) {
    const counted = this.chars.slice(this.at, this.at + 16).join('').match(/^\{(\d{1,5})(,(\d{0,5}))?\}/)
    let least
    let most
    if (counted) {
      this.at += counted[0].length
      least = Number(counted[1])
      most = counted[2] === undefined ? least : counted[3] ? Number(counted[3]) : Infinity
      if (most < least) this.fail('a repetition that ends before it begins')
    } else if (this.peek === '*' || this.peek === '+' || this.peek === '?') {
      const sign = this.chars[this.at++]
      least = sign === '+' ? 1 : 0
      most = sign === '?' ? 1 : Infinity
    } else {
      return atom
    }
    if (atom.where || (atom.all && atom.all.length === 0)) this.fail('a repetition of nothing')
    this.skip('?') // shortest first: whether it matches is the same
    if (this.peek === '+') this.fail('a possessive repetition')
    return this.repeat({ repeat: atom, least, most })
  }

  sequence() {
    const all = []
    while (this.peek !== undefined && this.peek !== '|' && this.peek !== ')') all.push(this.repeat(this.atom()))
    return { all }
  }

  either() {
    const either = [this.sequence()]
    while (this.skip('|')) either.push(this.sequence())
    return either.length === 1 ? either[0] : { either }
  }
}

/** Steps: {set, next} takes a character; {where, next} and {ways} take none; the last one matches. */
class Program {
  constructor() { this.steps = [{ done: true }] }

  add(step) {
    if (this.steps.length >= MOST_STEPS) throw new Error(`the regular expression takes more than ${MOST_STEPS} steps`)
    return this.steps.push(step) - 1
  }

  /** The step at which `node` begins when `next` stands behind it. */
  put(node, next) {
    if (node.set || node.where) return this.add({ ...node, next })
    if (node.all) return node.all.reduceRight((behind, one) => this.put(one, behind), next)
    if (node.either) return this.add({ ways: node.either.map((one) => this.put(one, next)) })
    let behind = next
    if (node.most === Infinity) {
      behind = this.add({ ways: [next] })
      this.steps[behind].ways.unshift(this.put(node.repeat, behind))
    } else {
      for (let i = node.least; i < node.most; i++) behind = this.add({ ways: [this.put(node.repeat, behind), next] })
    }
    for (let i = 0; i < node.least; i++) behind = this.put(node.repeat, behind)
    return behind
  }
}

function holds(where, chars, at) {
  const end = chars.length
  switch (where) {
    case 'start': return at === 0
    case 'veryEnd': return at === end
    case 'end': return at === end || (at === end - 1 && chars[at] === 10)
    default: {
      const edge = (at > 0 && word(chars[at - 1])) !== (at < end && word(chars[at]))
      return edge === (where === 'edge')
    }
  }
}

export class Pattern {
  /** @throws when the pattern is wrong, or needs what cannot be had in bounded time. */
  constructor(pattern) {
    const reader = new Reader(pattern)
    const node = reader.either()
    if (reader.at < reader.chars.length) reader.fail(') without (')
    const program = new Program()
    this.start = program.put(node, 0)
    this.steps = program.steps
  }

  /** @param {string} text */
  matches(text) {
    const chars = Array.from(text, (c) => c.codePointAt(0))
    const seen = new Int32Array(this.steps.length).fill(-1)
    let now = []
    let work = 0
    for (let at = 0; at <= chars.length; at++) {
      const waiting = [...now, this.start]
      const taking = []
      while (waiting.length > 0) {
        const index = waiting.pop()
        if (seen[index] === at) continue
        seen[index] = at
        const step = this.steps[index]
        if (step.done) return true
        if (step.ways) waiting.push(...step.ways)
        else if (!step.where) taking.push(step)
        else if (holds(step.where, chars, at)) waiting.push(step.next)
      }
      work += taking.length
      if (work > MOST_WORK) return false
      now = []
      for (const step of taking) if (step.set(chars[at])) now.push(step.next)
    }
    return false
  }
}

export const matches = (pattern, text, bytes) => bytes <= MOST_BYTES && pattern.matches(text)
