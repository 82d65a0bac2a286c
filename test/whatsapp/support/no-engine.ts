import type { Engine } from '../../../src/drivers/whatsapp/engine/engine.ts'

/** For tests of what needs no engine: it must not be touched. */
export const NO_ENGINE: Engine = new Proxy({} as Engine, {
  get: (_target, name) => {
    // Looked at by whoever might be given a promise.
    if (name === 'then') return undefined
    throw new Error(`the engine was used: ${String(name)}`)
  },
})
