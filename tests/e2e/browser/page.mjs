// What the browser runs: the real clients, within reach of the test.
import { AnalyticsBrowser } from '@segment/analytics-next'
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider'
import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk'

globalThis.clients = { AnalyticsBrowser, OFREPWebProvider, OpenFeature, ProviderEvents }
