// Truth: the tokens that the engine keeps, and those that a phone tells with its past.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { NO_ENGINE } from '../../../../test/whatsapp/support/no-engine.ts'
import { openRig, OTHER, PEER } from '../../../../test/whatsapp/support/inbound-rig.ts'
import type { TransactionalKeyStore } from '../engine/engine.ts'
import { keepPastTokens } from './past-tokens.ts'

/** Keys in memory. */
function keysOf(kept: Map<string, unknown>): TransactionalKeyStore {
  return {
    get: (type, ids) => {
      const found = ids.flatMap((id) => (kept.has(`${type}|${id}`) ? [[id, kept.get(`${type}|${id}`)]] : []))
      return Promise.resolve(Object.fromEntries(found) as Record<string, unknown>)
    },
    set: (changes) => {
      for (const [type, values] of Object.entries(changes))
        for (const [id, value] of Object.entries(values ?? {})) kept.set(`${type}|${id}`, value)
      return Promise.resolve()
    },
    isInTransaction: () => false,
    transaction: (work) => work(),
  }
}

describe('tokens of the past', () => {
  const token = Buffer.from('told')

  test('are kept by the hidden id, and found again by who looks for those that ran out', async () => {
    const [rig, kept] = [await openRig({ engine: NO_ENGINE }), new Map<string, unknown>()]
    kept.set('tctoken|__index', { token: Buffer.from(JSON.stringify(['1@lid'])) })
    const chats = [
      { id: PEER.pn, tcToken: token, tcTokenTimestamp: 1_700_000_000, tcTokenSenderTimestamp: 1_700_000_001 },
      { id: OTHER.lid, tcToken: token, tcTokenTimestamp: 0 },
      { id: OTHER.pn },
    ]
    const lidPnMappings = [{ lid: PEER.lid, pn: PEER.pn }]
    await keepPastTokens({ ...rig, keys: keysOf(kept) }, { chats, contacts: [], messages: [], lidPnMappings })
    assert.deepEqual(kept.get(`tctoken|${PEER.lid}`), {
      ...{ token, timestamp: '1700000000', senderTimestamp: 1_700_000_001 },
    })
    const index = kept.get('tctoken|__index') as { token: Buffer }
    assert.deepEqual(JSON.parse(index.token.toString()), ['1@lid', PEER.lid])
    assert.equal(kept.size, 2)
  })

  test('that are older than what is known replace nothing', async () => {
    const [rig, kept] = [await openRig({ engine: NO_ENGINE }), new Map<string, unknown>()]
    const known = { token: Buffer.from('known'), timestamp: '1700000005' }
    kept.set(`tctoken|${PEER.lid}`, known)
    const chats = [{ id: PEER.lid, tcToken: token, tcTokenTimestamp: 1_700_000_005 }]
    await keepPastTokens({ ...rig, keys: keysOf(kept) }, { chats, contacts: [], messages: [] })
    assert.deepEqual([...kept.values()], [known])
  })
})
