// From decisions to what OpenFeature calls resolution details.
import { newId } from './client.js'

const CODES = {
  FLAG_NOT_FOUND: 'FLAG_NOT_FOUND', TARGETING_KEY_MISSING: 'TARGETING_KEY_MISSING', INVALID_CONTEXT: 'INVALID_CONTEXT',
  BAD_JSON: 'INVALID_CONTEXT', UNAVAILABLE: 'PROVIDER_NOT_READY', TYPE_MISMATCH: 'TYPE_MISMATCH', PARSE_ERROR: 'PARSE_ERROR',
  PROVIDER_NOT_READY: 'PROVIDER_NOT_READY',
}

const typeOf = (value) => (value !== null && typeof value === 'object' ? 'object' : typeof value)

/** The caller's value whenever the decision is an error, or of another type. */
export function resolution(decision, type, otherwise, metadata = {}) {
  const fail = (errorCode, errorMessage) => ({ value: otherwise, reason: 'ERROR', errorCode, errorMessage, flagMetadata: metadata })
  if (decision.code !== 'OK') return fail(CODES[decision.code] ?? 'GENERAL', decision.message ?? decision.code)
  const found = typeOf(decision.value)
  if (found !== type && decision.type !== 'JSON') return fail('TYPE_MISMATCH', `the flag serves a ${found}, not a ${type}`)
  if (decision.type === 'JSON' && type !== 'object') return fail('TYPE_MISMATCH', `the flag serves JSON, not a ${type}`)
  return { value: decision.value, reason: decision.reason, variant: decision.variant || undefined, flagMetadata: metadata }
}

/** OpenFeature's track() as an event: the targeting key is the user, `value` the value. */
export function tracked(context = {}, { value, ...properties } = {}) {
  return {
    userId: String(context.user_id ?? context.targetingKey ?? '') || undefined,
    deviceId: context.device_id === undefined ? undefined : String(context.device_id),
    value, properties: Object.keys(properties).length > 0 ? properties : undefined, eventId: newId(),
  }
}
