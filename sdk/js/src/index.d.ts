export interface Decision {
  /** OK, or why the value is not to be used: FLAG_NOT_FOUND, TARGETING_KEY_MISSING, INVALID_CONTEXT, UNAVAILABLE, ... */
  code: string
  reason: string
  message?: string
  value?: unknown
  variant?: string
  /** Why the experiment that was asked last gave its variant, or none. */
  assignment?: string
  rule?: number
  type?: 'Boolean' | 'String' | 'Number' | 'JSON'
  experiment?: { id: string; variant: string; unit: string; device: string; random: boolean }
}

export type Context = Record<string, unknown>

export class GossetError extends Error {
  code: string
  pointer: string
}

export class Ruleset {
  readonly hash: string
  readonly flags: Map<string, string>
  flag(key: string, context?: Context | string, nowMs?: number): Decision
  experiment(name: string, context?: Context | string, nowMs?: number): Decision
  close(): void
}

export class Engine {
  static create(wasm?: BufferSource | WebAssembly.Module): Promise<Engine>
  compile(document: string | object): Ruleset
  load(block: ArrayBuffer | ArrayBufferView): Ruleset
}

export interface Options {
  url: string
  key: string
  fetch?: typeof fetch
  /** Between two questions for the ruleset; ten times as long while the stream is open. 30000 */
  pollMs?: number
  timeoutMs?: number
  /** The longest that an event waits for company. 1000 */
  flushMs?: number
  batchMax?: number
  /** Events and exposures that wait; what comes beyond is dropped and counted. 10000 */
  queueMax?: number
  /** Which exposures are sent: the first in each repeatsMs, the first in a session, or all. 'recent' */
  repeats?: 'recent' | 'session' | 'all'
  repeatsMax?: number
  repeatsMs?: number
  streaming?: boolean
  log?: (line: string) => void
  onChange?: (flagsChanged: string[], hash?: string) => void
  onStale?: (message: string) => void
}

export interface ClientOptions extends Options {
  /** The module, when it is not to be the one inside the package. */
  wasm?: BufferSource | WebAssembly.Module
  /** A ruleset to begin with: definitions, or a compiled block. One that is damaged is not used. */
  bootstrap?: string | object | ArrayBuffer | ArrayBufferView
  /** Given each new ruleset, to be kept and passed as bootstrap at the next start. */
  keep?: (ruleset: ArrayBuffer | string) => void
  now?: () => number
}

export interface EventDetails {
  userId?: string
  deviceId?: string
  value?: number
  properties?: Record<string, unknown>
  eventId?: string
}

export interface State {
  isReady: boolean
  isStreaming: boolean
  hash?: string
  queued: number
  refreshes: number
  failures: number
  repeats: number
  sent: number
  dropped: number
  refused: number
}

export class GossetClient {
  constructor(options: ClientOptions)
  readonly hash: string | undefined
  readonly flags: Map<string, string>
  readonly state: State
  ready(timeoutMs?: number): Promise<void>
  refresh(): Promise<void>
  flag(key: string, context?: Context): Decision
  experiment(name: string, context?: Context): Decision
  track(name: string, event: EventDetails): boolean
  newSession(): void
  flush(timeoutMs?: number): Promise<boolean>
  close(flushMs?: number): Promise<boolean>
}
