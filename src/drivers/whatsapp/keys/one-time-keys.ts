import type { Credentials, Engine } from '../engine/engine.ts'
import { encodeCredentials } from './credentials.ts'
import type { DurableStore } from './session-store.ts'

/** A fifth of a millisecond each. */
const KEYS_A_TURN = 10

/**
 * Makes the one-time keys that a newly linked device hands to the network, a few at a time. The engine makes all 812 in one go at
 * the first login, which holds up everything else for about 180 ms; where they are already there it uploads those. To be called
 * with credentials that were never logged in with; does nothing otherwise.
 */
export async function makeOneTimeKeys(engine: Engine, credentials: Credentials, store: DurableStore): Promise<void> {
  if (credentials.nextPreKeyId !== 1) return
  const made: Record<string, unknown> = {}
  for (let id = 1; id <= engine.firstKeyCount; id += 1) {
    made[id] = engine.makeKeyPair()
    if (id % KEYS_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await store.transaction(async () => {
    await store.keys.set({ 'pre-key': made })
    credentials.nextPreKeyId = engine.firstKeyCount + 1
    store.writeCredentialsBy(() => encodeCredentials(engine, credentials))
    await store.saveCredentials()
  })
}
