export { GossetClient } from './client.js'
export { Engine, GossetError, Ruleset } from './engine.js'
