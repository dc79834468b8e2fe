// Events and exposures on their way to the server: in batches, again after what will pass, bounded.
// Everything carries an id or is harmless to repeat, so what is sent twice counts once.

const PAUSE_FIRST_MS = 500
const PAUSE_MOST_MS = 60_000

export const pauseAfter = (failures, most = PAUSE_MOST_MS) =>
  Math.min(most, PAUSE_FIRST_MS * 2 ** Math.min(failures, 20)) * (0.5 + Math.random() / 2)

/** Seconds, or a date, as milliseconds from now. */
export function retryAfterMs(headers) {
  const said = headers.get('retry-after')
  if (!said) return 0
  const ms = /^\d+$/.test(said) ? Number(said) * 1000 : Date.parse(said) - Date.now()
  return Math.min(Math.max(ms || 0, 0), 3_600_000)
}

/** A timer that does not keep a program of Node running. */
export function later(ms, call) {
  const timer = setTimeout(call, ms)
  timer.unref?.()
  return timer
}

export class Queue {
  #items = []
  #timer
  #sending
  #failures = 0
  #batchMax
  #notBefore = 0

  constructor(options) {
    this.options = options
    this.#batchMax = options.batchMax
    this.counts = { sent: 0, dropped: 0, refused: 0 }
  }

  get length() { return this.#items.length }

  put(kind, item) {
    if (this.#items.length >= this.options.queueMax) {
      this.counts.dropped++
      return false
    }
    this.#items.push({ kind, item })
    this.#plan(this.#items.length >= this.#batchMax ? 0 : this.options.flushMs)
    return true
  }

  #plan(ms) {
    const wait = Math.max(ms, this.#notBefore - Date.now())
    if (this.#sending || this.#items.length === 0 || (this.#timer && ms > 0)) return
    clearTimeout(this.#timer)
    this.#timer = later(wait, () => {
      this.#timer = undefined
      this.send()
    })
  }

  /** Sends one batch, if it is time. Resolves when it is answered. */
  send() {
    if (this.#sending) return this.#sending
    if (this.#items.length === 0 || Date.now() < this.#notBefore) return Promise.resolve()
    this.#sending = this.#deliver(this.#items.slice(0, this.#batchMax)).finally(() => {
      this.#sending = undefined
      this.#plan(this.#items.length >= this.#batchMax ? 0 : this.options.flushMs)
    })
    return this.#sending
  }

  async #deliver(batch) {
    const of = (kind) => batch.filter((one) => one.kind === kind).map((one) => one.item)
    const body = { events: of('events') }
    if (batch.some((one) => one.kind === 'exposures')) body.exposures = of('exposures')
    try {
      const answer = await this.options.call('/api/v1/events', { method: 'POST', body: JSON.stringify(body) })
      await this.#answered(batch, answer)
    } catch (error) {
      this.#postpone(0, error.message)
    }
  }

  async #answered(batch, answer) {
    const { status } = answer
    const said = await answer.json().catch(() => ({}))
    if (answer.ok) {
      this.#items.splice(0, batch.length)
      this.counts.sent += batch.length
      this.#failures = 0
      this.#batchMax = this.options.batchMax
    } else if (status === 413 && batch.length > 1) {
      this.#batchMax = Math.floor(batch.length / 2)
    } else if (status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status)) {
      this.#refused(batch, status, said)
    } else {
      this.#postpone(retryAfterMs(answer.headers), `HTTP status ${status}`)
    }
  }

  /** One wrong item does not take the others with it. */
  #refused(batch, status, said) {
    const [, kind, index] = said.pointer?.match(/^\/(events|exposures)\/(\d+)/) ?? []
    const blamed = batch.filter((one) => one.kind === kind)[index]
    if (!blamed && status === 404) {
      this.#postpone(0, 'HTTP status 404')
      return
    }
    this.options.log(`the server refuses ${blamed ? 'an event' : 'a batch'}: ${status} ${said.message ?? ''}`)
    if (blamed) this.#items.splice(this.#items.indexOf(blamed), 1)
    else this.#items.splice(0, batch.length)
    this.counts.refused += blamed ? 1 : batch.length
  }

  #postpone(ms, why) {
    this.#notBefore = Date.now() + Math.max(ms, pauseAfter(this.#failures++))
    this.options.log(`events wait: ${why}`)
  }

  /** True when all that stands in the queue now has left it within the time. */
  async flush(timeoutMs) {
    const until = Date.now() + timeoutMs
    while (this.#items.length > 0 && Date.now() < until) {
      await this.send()
      const wait = Math.min(this.#notBefore, until) - Date.now()
      if (this.#items.length > 0 && wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    }
    return this.#items.length === 0
  }

  stop() {
    clearTimeout(this.#timer)
    this.options = { ...this.options, queueMax: 0, log: () => {} }
    this.#items = []
  }
}

/** Which exposures were sent before: the longest unused are forgotten first. */
export class Repeats {
  #sent = new Map()

  constructor(mode, most, ms) {
    this.mode = mode
    this.most = most
    this.ms = mode === 'session' ? Infinity : ms
  }

  /** Whether it was noted less than `ms` ago; else it is noted now. */
  note(name, now) {
    if (this.mode === 'all') return false
    const at = this.#sent.get(name)
    const isRepeat = at !== undefined && now - at < this.ms
    this.#sent.delete(name)
    this.#sent.set(name, isRepeat ? at : now)
    if (this.#sent.size > this.most) this.#sent.delete(this.#sent.keys().next().value)
    return isRepeat
  }

  clear() { this.#sent.clear() }
}
