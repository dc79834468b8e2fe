import type { Provider, OpenFeatureEventEmitter } from '@openfeature/server-sdk'
import { GossetClient, type ClientOptions } from './index.js'

export { GossetClient }

export interface GossetProvider extends Provider {}
export class GossetProvider {
  constructor(options: ClientOptions | { client: GossetClient })
  readonly client: GossetClient
  readonly events: OpenFeatureEventEmitter
}
