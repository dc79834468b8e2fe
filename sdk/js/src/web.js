// The provider for @openfeature/web-sdk. A page's key is of scope client and sees no rules: the
// server decides all visible flags at once (OFREP), and the page asks again when it hears of a change.
// `localRules: true` takes a key of scope server and decides in the page instead: only where all who
// can open it may read every rule and every id in it, such as an internal tool.
import { OpenFeatureEventEmitter, ProviderEvents } from '@openfeature/web-sdk'
import { GossetClient, caller, checkOptions, defaults, eventOf } from './client.js'
import { Queue, later, pauseAfter, retryAfterMs } from './queue.js'
import { resolution, tracked } from './resolve.js'
import { listen } from './stream.js'

/** What the server decided for the page's context. */
class Decided {
  #flags = new Map()
  #etag
  #context = {}
  #timer
  #failures = 0
  #stream
  #listening = false

  constructor(options) {
    checkOptions(options)
    this.options = { ...defaults, log: () => {}, ...options }
    this.call = caller(this.options)
    this.queue = new Queue({ ...this.options, call: this.call })
    this.hash = undefined
  }

  get flags() { return this.#flags }

  /** Asks for the context's decisions; the old ones stay when there are none. */
  async update(context) {
    if (context !== undefined) {
      this.#context = context
      this.#etag = undefined
    }
    clearTimeout(this.#timer)
    let wait
    try {
      await this.#ask()
      this.#failures = 0
      this.options.onFresh()
      wait = this.options.pollMs * (this.#listening ? 10 : 1)
    } catch (error) {
      this.options.onStale(error.message)
      wait = Math.max(error.answer ? retryAfterMs(error.answer.headers) : 0, pauseAfter(this.#failures++))
      if (context !== undefined) throw error
    } finally {
      if (!this.stopped) this.#timer = later(wait ?? pauseAfter(this.#failures), () => this.update())
    }
  }

  async #ask() {
    const asked = this.#context
    const answer = await this.call('/ofrep/v1/evaluate/flags', {
      method: 'POST', body: JSON.stringify({ context: asked }), headers: this.#etag ? { 'if-none-match': this.#etag } : {},
    })
    if (answer.status === 304) return
    if (answer.status !== 200) throw Object.assign(new Error(`HTTP status ${answer.status}`), { answer })
    const body = await answer.json()
    if (asked !== this.#context) return // another context came meanwhile
    const before = this.#flags
    this.#flags = new Map(body.flags.map((flag) => [flag.key, flag]))
    this.#etag = answer.headers.get('etag') ?? undefined
    const text = (flags, key) => JSON.stringify([flags.get(key)?.value, flags.get(key)?.variant])
    const changed = [...new Set([...before.keys(), ...this.#flags.keys()])].filter((key) => text(before, key) !== text(this.#flags, key))
    if (changed.length > 0) this.options.onChange(changed)
    if (this.options.streaming && !this.#stream) this.#listen(body.eventStreams?.find((one) => one.type === 'sse'))
  }

  async #listen(stream) {
    const path = stream?.endpoint?.requestUri
    if (!path) return
    this.#stream = new AbortController()
    let heard = 0
    try {
      await listen(this.call, path, {
        signal: this.#stream.signal, silenceMs: 75_000,
        opened: () => { this.#listening = true },
        heard: () => { heard++; this.update() },
      })
    } catch { /* it ended */ }
    this.#listening = false
    if (this.stopped) return
    // A new token comes with the next answer.
    later(pauseAfter(heard ? 0 : this.#failures++), () => {
      this.#stream = undefined
      this.#etag = undefined
      if (!this.stopped) this.update()
    })
  }

  flag(key) {
    const found = this.#flags.get(key)
    if (!found) return { code: this.#etag || this.#flags.size > 0 ? 'FLAG_NOT_FOUND' : 'UNAVAILABLE' }
    if (found.errorCode) return { code: found.errorCode, message: found.errorDetails }
    return { code: 'OK', ...found }
  }

  track(name, event) { return this.queue.put('events', eventOf(name, event)) }

  async close() {
    this.stopped = true
    clearTimeout(this.#timer)
    this.#stream?.abort()
    await this.queue.flush(1000)
    this.queue.stop()
  }
}

/** The same for rules in the page. */
class Deciding {
  #client
  #context = {}

  constructor(options) {
    this.#client = new GossetClient(options)
    this.options = this.#client.options
  }

  get queue() { return this.#client }
  async update(context) {
    this.#context = context
    await this.#client.ready()
  }
  flag(key) { return this.#client.flag(key, this.#context) }
  track(name, event) { return this.#client.track(name, event) }
  close() { return this.#client.close(1000) }
}

export class GossetWebProvider {
  metadata = { name: 'gosset-web' }
  runsOn = 'client'
  hooks = []
  events = new OpenFeatureEventEmitter()
  #ready = false
  #stale = false

  constructor({ localRules = false, ...options }) {
    const hooked = {
      ...options,
      onChange: (flagsChanged) => { if (this.#ready) this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged }) },
      onStale: (message) => {
        if (this.#ready && !this.#stale) this.events.emit(ProviderEvents.Stale, { message })
        this.#stale = true
      },
      onFresh: () => {
        if (this.#ready && this.#stale) this.events.emit(ProviderEvents.Ready)
        this.#stale = false
      },
    }
    this.source = localRules ? new Deciding(hooked) : new Decided(hooked)
  }

  async initialize(context) {
    await this.source.update(context ?? {})
    this.#ready = true
  }
  async onContextChange(before, context) { await this.source.update(context) }
  async onClose() { await this.source.close() }
  flush(timeoutMs = 1000) { return this.source.queue.flush(timeoutMs) }

  #resolve(key, type, otherwise) {
    const decision = this.source.flag(key)
    return resolution(decision, type, otherwise, decision.metadata)
  }

  resolveBooleanEvaluation(key, otherwise) { return this.#resolve(key, 'boolean', otherwise) }
  resolveStringEvaluation(key, otherwise) { return this.#resolve(key, 'string', otherwise) }
  resolveNumberEvaluation(key, otherwise) { return this.#resolve(key, 'number', otherwise) }
  resolveObjectEvaluation(key, otherwise) { return this.#resolve(key, 'object', otherwise) }

  track(name, context, details) {
    try {
      this.source.track(name, tracked(context, details))
    } catch (error) {
      this.source.options.log(`an event is not sent: ${error.message}`)
    }
  }
}
