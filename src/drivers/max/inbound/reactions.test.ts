// Truth: 155, 156 and 181 of our notes of the protocol (B2.4): numbers are told, not who; a change is told once.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { until } from '../../../lib/until.ts'
import { DIALOG, GROUP, madeLife, OTHER, PEER, SELF, type MadeLife } from '../../../../test/max/support/made-life.ts'
import { byUs, inDialog, loginAnswer, push } from '../../../../test/max/support/told.ts'
import { WHO_REACTED } from '../wire/opcodes.ts'
import { Inbound } from './inbound.ts'

const [MESSAGE, REACTIONS, OWN_REACTION] = [128, 155, 156]

async function begun(life = madeLife()): Promise<{ life: MadeLife; inbound: Inbound }> {
  const inbound = new Inbound(life)
  await inbound.begin(loginAnswer())
  return { life, inbound }
}

const reactionsAt = ({ host }: MadeLife) =>
  host
    .messages()
    .flatMap(({ content, direction, author }) =>
      content.kind === 'reaction' ? [[direction, author.id, content.emoji, content.target, content.participant]] : [],
    )

describe('reactions on MAX', () => {
  test('in a dialog are whose is not the own one, and are told when they change', async () => {
    const { life, inbound } = await begun()
    const message = byUs('how is it?')
    await push(inbound, MESSAGE, inDialog(message))
    const [chatId, messageId, target] = [Number(DIALOG), message.id, String(message.id)]
    const count = (counters: object[], more = {}, opcode = REACTIONS) =>
      push(inbound, opcode, { chatId, messageId, counters: counters as never, ...more })
    await count([{ reaction: '👍', count: 1 }])
    await count([{ reaction: '👍', count: 1 }])
    await count([{ reaction: '👍', count: 2 }], { yourReaction: '👍' }, OWN_REACTION)
    await count(
      [
        { reaction: '👍', count: 1 },
        { reaction: '🔥', count: 1 },
      ],
      { yourReaction: '👍' },
    )
    await count([{ reaction: '👍', count: 1 }], { yourReaction: '👍' })
    await count([], {}, OWN_REACTION)
    await count([{ reaction: '👍', count: 1 }])
    const of = [target, SELF]
    assert.deepEqual(reactionsAt(life), [
      ['in', PEER, '👍', ...of],
      ['out', SELF, '👍', ...of],
      ['in', PEER, '🔥', ...of],
      ['in', PEER, '', ...of],
      ['out', SELF, '', ...of],
      ['in', PEER, '👍', ...of],
    ])
    const ids = life.host
      .messages()
      .slice(1)
      .map(({ id }) => id)
    assert.equal(new Set(ids).size, 6)
    // What this device gave itself is told with those of others, and is no news.
    await count(
      [
        { reaction: '🔥', count: 1 },
        { reaction: '👍', count: 1 },
      ],
      { yourReaction: '🔥' },
    )
    assert.equal(reactionsAt(life).length, 6)
    await count([{ reaction: '👍', count: 1 }], {}, OWN_REACTION)
    assert.deepEqual(reactionsAt(life).slice(6), [['out', SELF, '', ...of]])
    const next = await begun(madeLife(life.host.kept))
    await push(next.inbound, REACTIONS, { chatId, messageId, counters: [{ reaction: '👍', count: 1 }] })
    assert.deepEqual(reactionsAt(next.life), [])
  })

  test('in a group are asked for, while nothing else waits, and who is not among all has taken it back', async () => {
    const { life, inbound } = await begun()
    const messageId = 116_000_000_000_000_000n
    let shown = [
      { userId: Number(PEER), reaction: '👍' },
      { userId: Number(OTHER), reaction: '🔥' },
    ]
    life.network.answers(WHO_REACTED.opcode, () => ({ reactions: structuredClone(shown), totalCount: shown.length }))
    const told = { chatId: Number(GROUP), messageId, counters: [] }
    await push(inbound, REACTIONS, told)
    await until(() => reactionsAt(life).length === 2, 'both')
    shown = shown.slice(1)
    await push(inbound, REACTIONS, told)
    await until(() => reactionsAt(life).length === 3, 'the withdrawal')
    const of = [String(messageId), '']
    assert.deepEqual(reactionsAt(life), [
      ['in', PEER, '👍', ...of],
      ['in', OTHER, '🔥', ...of],
      ['in', PEER, '', ...of],
    ])
  })

  test('in a group of a network that does not tell who it was are nobody’s', async () => {
    const { life, inbound } = await begun()
    await push(inbound, REACTIONS, { chatId: Number(GROUP), messageId: 5, counters: [{ reaction: '👍', count: 1 }] })
    await until(() => life.network.count(WHO_REACTED.opcode) === 1, 'the question')
    assert.deepEqual([reactionsAt(life), life.failures], [[], []])
  })
})
