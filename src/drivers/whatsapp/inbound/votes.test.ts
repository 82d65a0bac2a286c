// Truth: how the messenger's clients encrypt a vote, written out here from the engine's way of opening one.
import assert from 'node:assert/strict'
import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { engineIsInstalled } from '../engine/load.ts'
import type { WaMessage } from '../engine/proto.ts'
import { pollNoteName } from '../poll-note.ts'
import { makeReadPlain } from './read-plain.ts'
import {
  commit,
  encoded,
  openRig,
  OTHER,
  OWN,
  PEER,
  stanza,
  type Rig,
} from '../../../../test/whatsapp/support/inbound-rig.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'
const SECRET = Buffer.alloc(32, 5)
const POLL = '3EB0P011'

interface Voted {
  readonly creator: string
  readonly voter: string
  readonly options: readonly string[]
  readonly secret?: Uint8Array
}

function encrypted(rig: Rig, { creator, voter, options, secret = SECRET }: Voted): WaMessage {
  const selectedOptions = options.map((name) => createHash('sha256').update(name).digest())
  const vote = fieldBytes(selectedOptions)
  const first = createHmac('sha256', Buffer.alloc(32)).update(secret).digest()
  const info = Buffer.concat([
    ...[POLL, creator, voter, 'Poll Vote'].map((part) => Buffer.from(part)),
    Buffer.from([1]),
  ])
  const key = createHmac('sha256', first).update(info).digest()
  const encIv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, encIv).setAAD(Buffer.from(`${POLL}\0${voter}`))
  const encPayload = Buffer.concat([cipher.update(vote), cipher.final(), cipher.getAuthTag()])
  assert.ok(rig.engine)
  return { pollUpdateMessage: { pollCreationMessageKey: { id: POLL }, vote: { encPayload, encIv } } }
}

/** `PollVoteMessage`: field 1, repeated, each of 32 bytes. */
function fieldBytes(values: readonly Uint8Array[]): Buffer {
  return Buffer.concat(values.flatMap((value) => [Buffer.from([0x0a, value.length]), value]))
}

async function withPoll(attrs: Record<string, string> = {}, hidesNumbers = false): Promise<Rig> {
  const rig = await openRig({ hidesNumbers })
  await bringPoll(rig, attrs)
  return rig
}

async function bringPoll(rig: Rig, attrs: Record<string, string>, messageSecret: Uint8Array = SECRET): Promise<void> {
  const creation = {
    name: 'When?',
    options: [{ optionName: 'today' }, { optionName: 'later' }],
    selectableOptionsCount: 1,
  }
  const poll: WaMessage = { pollCreationMessageV3: creation, messageContextInfo: { messageSecret } }
  await commit(rig, await makeReadPlain(rig)(stanza({ id: POLL, ...attrs }), encoded(rig.engine, poll)))
}

async function voteIn(rig: Rig, vote: WaMessage, attrs: Record<string, string> = {}) {
  const draft = await makeReadPlain(rig)(stanza(attrs), encoded(rig.engine, vote))
  const [event] = draft.events
  return event?.kind === 'message' ? event.message.content : null
}

describe('votes', { skip }, () => {
  const shown = (voters: { today?: string; later?: string }) => ({
    ...{ kind: 'vote', poll: POLL, question: 'When?', multipleAnswers: false },
    options: (['today', 'later'] as const).map((name) => ({
      name,
      voters: voters[name] === undefined ? [] : [voters[name]],
    })),
  })

  test('a vote shows what its voter chose now, whatever names went into its keys', async () => {
    const rig = await withPoll()
    for (const creator of [PEER.pn, PEER.lid])
      for (const voter of [PEER.pn, PEER.lid]) {
        const vote = encrypted(rig, { creator, voter, options: ['later'] })
        assert.deepEqual(await voteIn(rig, vote), shown({ later: PEER.chat }))
      }
    const withdrawn = encrypted(rig, { creator: PEER.lid, voter: PEER.pn, options: [] })
    assert.deepEqual(await voteIn(rig, withdrawn), shown({}))
  })

  test('votes on a poll of the own phone, and under ids that hide numbers', async () => {
    const own = await withPoll({ from: OWN.pn, recipient: PEER.pn, recipient_lid: PEER.lid, sender_lid: '' })
    const vote = encrypted(own, { creator: OWN.lid, voter: PEER.lid, options: ['today'] })
    assert.deepEqual(
      await voteIn(own, vote, { from: PEER.lid, sender_pn: PEER.pn, sender_lid: '' }),
      shown({ today: PEER.chat }),
    )
    const hidden = await withPoll({}, true)
    const other = encrypted(hidden, { creator: PEER.pn, voter: PEER.lid, options: ['today'] })
    assert.deepEqual(await voteIn(hidden, other), shown({ today: PEER.lid }))
  })

  test('a poll of somebody else under the same id takes nothing from the first', async () => {
    const rig = await withPoll()
    await bringPoll(rig, { from: OTHER.pn, sender_lid: OTHER.lid }, Buffer.alloc(32, 6))
    const vote = encrypted(rig, { creator: PEER.pn, voter: PEER.pn, options: ['today'] })
    assert.deepEqual(await voteIn(rig, vote), shown({ today: PEER.chat }))
  })

  test('one that cannot be opened is nothing: another secret, a broken note, a poll that nobody saw', async () => {
    const rig = await withPoll()
    const wrong = { creator: PEER.pn, voter: PEER.pn, options: ['today'], secret: Buffer.alloc(32, 6) }
    assert.equal(await voteIn(rig, encrypted(rig, wrong)), null)
    const right = encrypted(rig, { ...wrong, secret: SECRET })
    rig.host.kept.set(pollNoteName(POLL), Buffer.from('{"options":7}'))
    assert.equal(await voteIn(rig, right), null)
    rig.host.kept.delete(pollNoteName(POLL))
    assert.equal(await voteIn(rig, right), null)
  })
})
