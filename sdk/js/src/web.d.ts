import type { Provider, OpenFeatureEventEmitter } from '@openfeature/web-sdk'
import type { ClientOptions, Options } from './index.js'

export interface GossetWebProvider extends Provider {}
export class GossetWebProvider {
  /** localRules: the page gets all rules and decides itself; takes a key of scope server. */
  constructor(options: (Options & { localRules?: false }) | (ClientOptions & { localRules: true }))
  readonly events: OpenFeatureEventEmitter
  flush(timeoutMs?: number): Promise<boolean>
}
