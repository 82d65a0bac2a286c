// Truth: what a version could not read is read by one that can, once, and is lost to none before.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../../lib/clock.ts'
import { silentLog } from '../../../lib/log.ts'
import { systemRandom } from '../../../lib/random.ts'
import { NO_ENGINE } from '../../../../test/whatsapp/support/no-engine.ts'
import { RecordingHost } from '../../conformance/host.ts'
import { KeyCache } from '../keys/key-cache.ts'
import { openSessionStore } from '../keys/session-store.ts'
import { newDraft, type ReadPlain } from '../life.ts'
import type { BinaryNode } from './engine.ts'
import { keptAside, readKeptAside } from './kept-aside.ts'

const STANZA: BinaryNode = { tag: 'message', attrs: { id: '3EB0AA', from: '79001112233@s.whatsapp.net' }, content: [] }
const PLAIN = Buffer.from('what it says')

async function rig() {
  const host = new RecordingHost(1101000001, { clock: systemClock, random: systemRandom, log: silentLog })
  await host.commit(keptAside(STANZA, PLAIN, systemClock))
  const fail = (why: string) => assert.fail(why)
  const store = openSessionStore({ host, engine: NO_ENGINE, cache: new KeyCache(), fail })
  const readBy = (readPlain: ReadPlain) => readKeptAside(store, readPlain, silentLog)
  return { host, readBy }
}

test('what is read now goes into the journal with the end of its note, in one commit', async () => {
  const { host, readBy } = await rig()
  const read: unknown[] = []
  const tell: ReadPlain = ({ attrs }, plain) => {
    read.push(attrs, Buffer.from(plain).toString())
    return Promise.resolve({ ...newDraft(), events: [{ kind: 'unlinked', at: 5 }] })
  }
  const before = host.changes.length
  await readBy(tell)
  await readBy(tell)
  assert.deepEqual(read, [STANZA.attrs, 'what it says'])
  assert.deepEqual([host.events.length, host.changes.length - before, host.kept.size], [1, 1, 0])
})

test('what still cannot be read stays, and so does what is no such note; the others are read', async () => {
  const { host, readBy } = await rig()
  host.kept.set('unread|broken', Buffer.from('{'))
  await host.commit(keptAside({ ...STANZA, attrs: { ...STANZA.attrs, id: '3EB0BB' } }, PLAIN, systemClock))
  await readBy(({ attrs }) =>
    attrs['id'] === '3EB0AA' ? Promise.reject(new TypeError('a mistake')) : Promise.resolve(newDraft()),
  )
  assert.deepEqual([...host.kept.keys()].sort(), ['unread|3EB0AA', 'unread|broken'])
})
