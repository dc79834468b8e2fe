// The provider for @openfeature/server-sdk: decides in the process, by the server's own code.
import { OpenFeatureEventEmitter, ProviderEvents } from '@openfeature/server-sdk'
import { GossetClient } from './client.js'
import { resolution, tracked } from './resolve.js'

export { GossetClient }

export class GossetProvider {
  metadata = { name: 'gosset' }
  runsOn = 'server'
  hooks = []
  events = new OpenFeatureEventEmitter()
  #isStale = false

  constructor(options) {
    const { client, ...rest } = options
    this.client = client ?? new GossetClient({
      ...rest,
      onChange: (flagsChanged, hash) => {
        this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged, message: `ruleset ${hash}` })
        rest.onChange?.(flagsChanged, hash)
      },
      onStale: (message) => {
        if (!this.#isStale && this.client?.hash) this.events.emit(ProviderEvents.Stale, { message })
        this.#isStale = true
        rest.onStale?.(message)
      },
      onFresh: () => {
        if (this.#isStale && this.client?.hash) this.events.emit(ProviderEvents.Ready)
        this.#isStale = false
      },
    })
  }

  async initialize() { await this.client.ready() }
  async onClose() { await this.client.close() }

  #resolve(key, type, otherwise, context) {
    const decision = this.client.flag(key, context)
    return resolution(decision, type, otherwise, this.client.hash ? { ruleset: this.client.hash } : {})
  }

  async resolveBooleanEvaluation(key, otherwise, context) { return this.#resolve(key, 'boolean', otherwise, context) }
  async resolveStringEvaluation(key, otherwise, context) { return this.#resolve(key, 'string', otherwise, context) }
  async resolveNumberEvaluation(key, otherwise, context) { return this.#resolve(key, 'number', otherwise, context) }
  async resolveObjectEvaluation(key, otherwise, context) { return this.#resolve(key, 'object', otherwise, context) }

  track(name, context, details) {
    try {
      this.client.track(name, tracked(context, details))
    } catch (error) {
      this.client.options.log(`an event is not sent: ${error.message}`)
    }
  }
}
