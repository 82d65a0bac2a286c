import Type from 'typebox'
import { Compile } from 'typebox/compile'
import type { Clock } from '../../../lib/clock.ts'
import type { Log } from '../../../lib/log.ts'
import { checkedJson } from '../../../lib/checked-json.ts'
import type { Change } from '../../driver.ts'
import type { ReadPlain, SessionStore } from '../life.ts'
import type { BinaryNode } from './engine.ts'
import { maskedTrouble } from './log.ts'

const PREFIX = 'unread|'
const KEPT_MS = 60 * 24 * 60 * 60 * 1000

const KeptAside = Compile(Type.Object({ attrs: Type.Record(Type.String(), Type.String()), plain: Type.String() }))

/**
 * What was decrypted and could not be read, which is a mistake of ours: the ratchet is past it and nobody will bring it again. It is kept
 * under `unread|<id>` for a version that can read it: JSON of the stanza's attributes and the bytes.
 */
export function keptAside(stanza: BinaryNode | undefined, plain: Uint8Array, clock: Clock): Change {
  const id = stanza?.attrs['id'] ?? `without-id-${clock.now()}`
  const kept = { attrs: stanza?.attrs ?? {}, plain: Buffer.from(plain).toString('base64') }
  const note = { value: Buffer.from(JSON.stringify(kept)), until: clock.now() + KEPT_MS }
  return { notes: new Map([[`${PREFIX}${id}`, note]]) }
}

/** Tries once more what earlier lives kept aside, each in a commit of its own; what still can't be read stays. */
export async function readKeptAside(store: SessionStore, readPlain: ReadPlain, log: Log): Promise<void> {
  for (const [name, bytes] of await store.readAll(PREFIX)) {
    const kept = checkedJson(KeptAside, bytes)
    if (kept === null) continue
    try {
      await store.transaction(async () => {
        const draft = await readPlain({ tag: 'message', attrs: kept.attrs }, Buffer.from(kept.plain, 'base64'))
        draft.secrets.set(name, null)
        store.stage(draft)
      })
    } catch (error) {
      log.warn({ stanza: kept.attrs['id'], error: maskedTrouble(error) }, 'a message that was kept aside stays there')
    }
  }
}
