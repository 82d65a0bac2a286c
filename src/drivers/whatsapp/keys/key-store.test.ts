// Truth: what the engine set is what it gets, bytes as bytes, whichever way it was kept in between.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InstanceId } from '../../../model/ids.ts'
import type { Change } from '../../driver.ts'
import type { KeyChanges } from '../engine/engine.ts'
import { engineIsInstalled, loadEngine } from '../engine/load.ts'
import { keyStoreOf } from './key-store.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'

/** A store that keeps bytes; `isHeld`: also in memory. */
function storeOf(isHeld: boolean, changed: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes) {
  const kept = new Map<string, Uint8Array | null>()
  return {
    ...{ instance: 1 as InstanceId, isInTransaction: false },
    stage: ({ secrets }: Change) => {
      for (const [name, bytes] of secrets ?? []) kept.set(name, bytes === null ? null : changed(bytes))
    },
    transaction: <T>(work: () => Promise<T>) => work(),
    heldInside: (name: string) => (isHeld ? (kept.get(name) ?? null) : undefined),
    readInside: (name: string) => Promise.resolve(kept.get(name) ?? null),
    readAllInside: () => Promise.resolve(new Map<string, Uint8Array>()),
  }
}

const RATCHET = {
  _sessions: { AAEC: { registrationId: 7, _chains: { x: { messageKeys: { 3: 'AAEC' } } } } },
  version: 'v1',
}
const SAID: KeyChanges = {
  session: { 'a.0': RATCHET, 'long.0': { ...RATCHET, more: 'x'.repeat(10_000) } },
  'pre-key': { 1: { public: Buffer.from([1, 2]), private: Buffer.from([255]) } },
  'sender-key': { g: Buffer.from('{"type":"Buffer"}') },
  'sender-key-memory': { g: { 'a:1@lid': true } },
  'app-state-sync-version': {
    regular: { version: 3, hash: Buffer.alloc(4), indexValueMap: { m: { valueMac: Buffer.of(9) } } },
  },
  'lid-mapping': { 79: '12', '12_reverse': '79' },
  'device-list': { 79: ['0', '17'] },
  tctoken: { 'a@lid': { token: Buffer.from('t'), timestamp: '5' } },
  'identity-key': { 'a.0': Buffer.from([5, 1]) },
}

for (const isHeld of [true, false])
  test(`keys come back as they were set, ${isHeld ? 'from memory' : 'from the store'}`, { skip }, async () => {
    // Copies, as another process would read them, and then the very bytes that were written.
    for (const changed of [(bytes: Uint8Array) => Uint8Array.from(bytes), undefined]) {
      const keys = keyStoreOf(storeOf(isHeld, changed), await loadEngine())
      await keys.set(SAID)
      for (const [type, values] of Object.entries(SAID)) {
        const ids = Object.keys(values ?? {})
        for (let time = 0; time < 2; time += 1) assert.deepEqual(await keys.get(type, [...ids, 'nobody']), values, type)
      }
      await keys.set({ session: { 'a.0': null } })
      assert.deepEqual(await keys.get('session', ['a.0']), {})
    }
  })
