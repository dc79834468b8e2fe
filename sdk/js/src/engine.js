// The engine: the server's own code as WebAssembly. Rulesets come as definitions or as compiled
// blocks; decisions are made for one context at a time, at once and without waiting.
import { Pattern, matches } from './pattern.js'
import packed from '../dist/wasm.js'

const reader = new TextDecoder()
const writer = new TextEncoder()

async function unpack() {
  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Response(stream).arrayBuffer()
}

/** What the code could not be: the code of gosset, a sentence, and a pointer into the input. */
export class GossetError extends Error {
  constructor({ code, message, pointer }) {
    super(message)
    this.name = 'GossetError'
    this.code = code
    this.pointer = pointer
  }
}

export class Engine {
  #wasm
  #rulesets = new Map()
  #count = 0
  #refusal

  /** @param {BufferSource | WebAssembly.Module} [wasm] the module, when it is not to be the one inside */
  static async create(wasm) {
    const engine = new Engine()
    const source = wasm ?? (await unpack())
    const module = source instanceof WebAssembly.Module ? source : await WebAssembly.compile(source)
    const nothing = () => 8 // of what an operating system has there is nothing
    const instance = await WebAssembly.instantiate(module, {
      gosset: { match: (...args) => engine.#match(...args), check: (...args) => engine.#check(...args) },
      wasi_snapshot_preview1: { fd_close: nothing, fd_seek: nothing, fd_write: nothing },
    })
    engine.#wasm = instance.exports
    engine.#wasm._initialize()
    return engine
  }

  #text(at, bytes) {
    return reader.decode(new Uint8Array(this.#wasm.memory.buffer, at, bytes))
  }

  #check(at, bytes) {
    try {
      new Pattern(this.#text(at, bytes))
      return 1
    } catch (error) {
      this.#refusal = error.message
      return 0
    }
  }

  #match(number, pattern, at, bytes) {
    const found = this.#rulesets.get(number)?.patterns[pattern]
    return found && matches(found, this.#text(at, bytes), bytes) ? 1 : 0
  }

  /** The memory of wasm holds the bytes while `use` runs. */
  lend(bytes, use) {
    const at = this.#wasm.take(bytes.length || 1)
    if (!at) throw new GossetError({ code: 'OUT_OF_MEMORY', message: 'no memory', pointer: '' })
    try {
      new Uint8Array(this.#wasm.memory.buffer, at, bytes.length).set(bytes)
      return use(at, bytes.length)
    } finally {
      this.#wasm.give(at)
    }
  }

  answer() {
    return JSON.parse(this.#text(this.#wasm.answer(), this.#wasm.answer_bytes()))
  }

  get exports() { return this.#wasm }

  #open(bytes, isBlock) {
    const number = ++this.#count
    this.#refusal = undefined
    const handle = this.lend(bytes, (at, len) => this.#wasm.open(at, len, isBlock ? 1 : 0, number))
    if (!handle) {
      const error = this.answer()
      throw new GossetError(this.#refusal ? { ...error, message: this.#refusal } : error)
    }
    this.#wasm.about(handle)
    const about = this.answer()
    try {
      const patterns = about.patterns.map((pattern) => new Pattern(pattern))
      this.#rulesets.set(number, { patterns })
      return new Ruleset(this, handle, about, () => this.#rulesets.delete(number))
    } catch (error) {
      this.#wasm.close(handle)
      throw new GossetError({ code: 'BAD_INPUT', message: error.message, pointer: '' })
    }
  }

  /** A definitions document, as text or as an object. */
  compile(document) {
    const text = typeof document === 'string' ? document : JSON.stringify(document)
    return this.#open(writer.encode(text), false)
  }

  /** The compiled block that the server gives for Accept: application/x-gosset-ruleset. */
  load(block) {
    return this.#open(new Uint8Array(block), true)
  }
}

export class Ruleset {
  #engine
  #handle
  #forget

  constructor(engine, handle, about, forget) {
    this.#engine = engine
    this.#handle = handle
    this.#forget = forget
    this.hash = about.hash
    this.flags = new Map(about.flags.map((flag) => [flag.key, flag.type]))
  }

  #decide(context, nowMs, name, decide) {
    const engine = this.#engine
    const json = writer.encode(typeof context === 'string' ? context : JSON.stringify(context ?? {}))
    return engine.lend(json, (at, len) => {
      if (!engine.exports.bind(this.#handle, at, len, nowMs)) throw new GossetError(engine.answer())
      engine.lend(writer.encode(name), (key, bytes) => decide(this.#handle, key, bytes))
      return engine.answer()
    })
  }

  flag(key, context, nowMs = Date.now()) {
    return this.#decide(context, nowMs, key, this.#engine.exports.flag)
  }

  experiment(name, context, nowMs = Date.now()) {
    return this.#decide(context, nowMs, name, this.#engine.exports.experiment)
  }

  close() {
    if (this.#handle) this.#engine.exports.close(this.#handle)
    this.#handle = 0
    this.#forget()
  }
}
