// A client that decides itself: keeps the ruleset fresh, and sends exposures and events. It needs a
// key of scope server, which sees all rules: never in a page that strangers open.
import { Engine, GossetError } from './engine.js'
import { Queue, Repeats, later, pauseAfter, retryAfterMs } from './queue.js'
import { listen } from './stream.js'

const BLOCK = 'application/x-gosset-ruleset'
const REFUSED_MOST_MS = 300_000
const SILENCE_MS = 75_000
const STREAM_POLL_TIMES = 10

export const defaults = {
  pollMs: 30_000, timeoutMs: 10_000, flushMs: 1000, batchMax: 500, queueMax: 10_000,
  repeats: 'recent', repeatsMax: 100_000, repeatsMs: 3_600_000, streaming: true,
}

/** fetch with the key and a time limit. */
export function caller({ url, key, fetch = globalThis.fetch.bind(globalThis), timeoutMs }) {
  const base = String(url).replace(/\/+$/, '')
  return (path, { headers, ...options } = {}) => fetch(base + path, {
    redirect: 'error', cache: 'no-store',
    signal: options.signal ?? AbortSignal.timeout(timeoutMs),
    ...options,
    headers: { authorization: `Bearer ${key}`, ...(options.body ? { 'content-type': 'application/json' } : {}), ...headers },
  })
}

export function checkOptions(options) {
  if (!/^https?:\/\//.test(options.url ?? '')) throw new TypeError('url must begin with http:// or https://')
  if (!options.key) throw new TypeError('a key is needed')
}

export const newId = () => globalThis.crypto.randomUUID()

/** An event as the API takes it. */
export function eventOf(name, { userId, deviceId, value, properties, eventId } = {}, now = Date.now()) {
  if (!name) throw new TypeError('the event has no name')
  if (!userId && !deviceId) throw new TypeError('the event has neither a userId nor a deviceId')
  if (value !== undefined && !Number.isFinite(value)) throw new TypeError('the value is no finite number')
  return {
    event_id: eventId ?? newId(), user_id: userId || undefined, device_id: deviceId || undefined, name, value,
    properties, timestamp: new Date(now).toISOString(),
  }
}

export class GossetClient {
  #engine
  #rules
  #timer
  #streamTimer
  #failures = 0
  #streamFailures = 0
  #streaming = false
  #asking
  #isStale = false
  #wantsDocument = false
  #stopped = new AbortController()
  #first
  #queue
  #repeats

  /** @param options see index.d.ts */
  constructor(options) {
    checkOptions(options)
    this.options = { ...defaults, log: () => {}, now: Date.now, onChange: () => {}, onStale: () => {}, onFresh: () => {}, keep: () => {}, ...options }
    this.call = caller(this.options)
    this.#queue = new Queue({ ...this.options, call: this.call })
    this.#repeats = new Repeats(this.options.repeats, this.options.repeatsMax, this.options.repeatsMs)
    this.counts = { refreshes: 0, failures: 0, repeats: 0 }
    this.#first = this.#start()
    this.#first.catch(() => {})
  }

  async #start() {
    this.#engine = await Engine.create(this.options.wasm)
    const { bootstrap } = this.options
    const isBlock = ArrayBuffer.isView(bootstrap) || bootstrap instanceof ArrayBuffer
    try {
      if (bootstrap) this.#adopt(isBlock ? this.#engine.load(bootstrap) : this.#engine.compile(bootstrap))
    } catch (error) {
      this.options.log(`the kept ruleset is not used: ${error.message}`)
    }
    await this.refresh()
    if (this.options.streaming) this.#listen()
  }

  /** Resolves when there is a ruleset; rejects when there is none after the time. */
  async ready(timeoutMs = this.options.timeoutMs) {
    const until = Date.now() + timeoutMs
    await this.#first.catch((error) => { throw error })
    while (!this.#rules) {
      if (Date.now() >= until || this.#stopped.signal.aborted)
        throw new GossetError({ code: 'UNAVAILABLE', message: this.lastFailure ?? 'there is no ruleset yet', pointer: '' })
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  get hash() { return this.#rules?.hash }
  get flags() { return this.#rules?.flags ?? new Map() }
  get state() {
    return { isReady: !!this.#rules, isStreaming: this.#streaming, hash: this.hash, queued: this.#queue.length, ...this.counts, ...this.#queue.counts }
  }

  /** Asks for the ruleset now; never rejects. */
  refresh() {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
      if (this.#isStale && !this.#stopped.signal.aborted) this.refresh()
    })
    return this.#asking
  }

  async #ask() {
    clearTimeout(this.#timer)
    this.#isStale = false
    let wait
    try {
      const answer = await this.call('/sdk/v1/ruleset', {
        headers: { accept: this.#wantsDocument ? 'application/json' : BLOCK, ...(this.#rules && { 'if-none-match': `"${this.hash}"` }) },
      })
      if (answer.status === 200) this.#take(await answer.arrayBuffer())
      else if (answer.status !== 304) throw Object.assign(new Error(`HTTP status ${answer.status}`), { answer })
      this.#failures = 0
      this.options.onFresh()
      wait = this.options.pollMs * (this.#streaming ? STREAM_POLL_TIMES : 1) * (0.8 + Math.random() * 0.4)
    } catch (error) {
      wait = this.#failed(error)
    }
    if (!this.#stopped.signal.aborted) this.#timer = later(wait, () => this.refresh())
  }

  #failed(error) {
    const refused = [401, 403, 404].includes(error.answer?.status)
    this.counts.failures++
    this.lastFailure = `the ruleset cannot be had: ${error.message}`
    this.options.log(this.lastFailure)
    this.options.onStale(this.lastFailure)
    if (error.retryNow) return 0
    const asked = error.answer ? retryAfterMs(error.answer.headers) : 0
    return Math.max(asked, pauseAfter(this.#failures++, refused ? REFUSED_MOST_MS : 60_000))
  }

  #take(bytes) {
    let rules
    try {
      rules = this.#wantsDocument ? this.#engine.compile(new TextDecoder().decode(bytes)) : this.#engine.load(bytes)
    } catch (error) {
      // A block of another version: the definitions themselves are the same in all.
      error.retryNow = !this.#wantsDocument && /version|no ruleset/.test(error.message)
      this.#wantsDocument ||= error.retryNow
      throw error
    }
    this.#adopt(rules)
    this.counts.refreshes++
    this.options.keep(this.#wantsDocument ? new TextDecoder().decode(bytes) : bytes)
  }

  #adopt(rules) {
    const before = this.#rules
    this.#rules = rules
    const changed = [...new Set([...(before?.flags.keys() ?? []), ...rules.flags.keys()])]
    before?.close()
    if (before) this.options.onChange(changed, rules.hash)
  }

  async #listen() {
    const { signal } = this.#stopped
    let answer
    try {
      answer = await listen(this.call, '/sdk/v1/events', {
        signal, silenceMs: SILENCE_MS,
        opened: () => { this.#streaming = true },
        heard: (data) => this.#heard(data),
      })
    } catch (error) {
      if (!signal.aborted) this.options.log(`the stream of changes ended: ${error.message}`)
    }
    const wasOpen = this.#streaming
    this.#streaming = false
    if (signal.aborted) return
    const wait = Math.max(answer && !answer.ok ? retryAfterMs(answer.headers) : 0, pauseAfter(this.#streamFailures++))
    this.#streamTimer = later(wait, () => this.#listen())
    if (wasOpen) {
      clearTimeout(this.#timer)
      this.#timer = later(Math.random() * Math.min(this.options.pollMs, 5000), () => this.refresh())
    }
  }

  #heard(data) {
    let hash
    try { hash = JSON.parse(data).etag } catch { return }
    this.#streamFailures = 0
    if (!hash || hash === this.hash) return
    this.#isStale = !!this.#asking
    this.refresh()
  }

  #decide(kind, name, context) {
    if (!this.#rules) return { code: 'UNAVAILABLE', reason: 'ERROR', message: this.lastFailure ?? 'there is no ruleset yet' }
    try {
      const now = this.options.now()
      const decision = this.#rules[kind](name, context, now)
      if (decision.code === 'OK') this.#expose(decision, now)
      return decision
    } catch (error) {
      return { code: error.code ?? 'INVALID_CONTEXT', reason: 'ERROR', message: error.message }
    }
  }

  #expose({ experiment }, now) {
    if (!experiment?.random || !experiment.variant) return
    const { id, unit, device, variant } = experiment
    if (this.#repeats.note(`${id}\n${variant}\n${unit}`, now)) {
      this.counts.repeats++
      return
    }
    this.#queue.put('exposures', {
      experiment_id: id, user_id: unit || undefined, device_id: device || undefined, variant, ruleset: this.hash, timestamp: new Date(now).toISOString(),
    })
  }

  /** What a flag serves to a context: {code, reason, value, variant, ...}; code is OK or says why not. */
  flag(key, context) { return this.#decide('flag', key, context) }
  /** The variant of an experiment, by id or name; empty: none. */
  experiment(name, context) { return this.#decide('experiment', name, context) }
  /** Queues an event; false when the queue is full. */
  track(name, event) { return this.#queue.put('events', eventOf(name, event, this.options.now())) }
  newSession() { this.#repeats.clear() }
  flush(timeoutMs = this.options.timeoutMs) { return this.#queue.flush(timeoutMs) }

  /** Sends what waits, for at most so long, and ends. */
  async close(flushMs = this.options.timeoutMs) {
    const done = await this.flush(flushMs)
    this.#stopped.abort()
    clearTimeout(this.#timer)
    clearTimeout(this.#streamTimer)
    this.#queue.stop()
    return done
  }
}
