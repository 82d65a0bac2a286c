// Truth: the login tells each chat's last message and 49 what is before it (our notes of the protocol, B2.3, B2.4); nothing is lost or told twice.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { until } from '../../../lib/until.ts'
import { DIALOG, madeLife, PEER, SELF, type MadeLife } from '../../../../test/max/support/made-life.ts'
import { inDialog, LINKED_AT, loginAnswer, messageIdAt, push, told } from '../../../../test/max/support/told.ts'
import { newDraft } from '../life.ts'
import { HISTORY } from '../wire/opcodes.ts'
import type { WireMap } from '../wire/values.ts'
import { Inbound } from './inbound.ts'

const [MESSAGE, DELETED] = [128, 142]
type Said = ReturnType<typeof told>

function chatWith(lastMessage: Said, more: WireMap = {}): WireMap {
  const participants = { [SELF]: 0, [PEER]: 0 }
  return { id: Number(DIALOG), type: 'DIALOG', lastMessage, lastEventTime: lastMessage.time, participants, ...more }
}

/** Answers as the network does, from what was said. */
function historyOf({ network }: MadeLife, said: readonly Said[]): void {
  network.answers(HISTORY.opcode, ({ from, backward }) => {
    const before = said.filter(({ time }) => time <= Number(from)).slice(-Number(backward))
    return { messages: before.map((message) => structuredClone(message)) }
  })
}

/** A life that knows the chat up to a message of it. */
async function knowing(message: Said): Promise<MadeLife> {
  const life = madeLife()
  const inbound = new Inbound(life)
  await inbound.begin(loginAnswer())
  await push(inbound, MESSAGE, inDialog(message))
  return madeLife(life.host.kept, life.network, life.clock)
}

/** Time passes until it is over. */
async function over(life: MadeLife, work: Promise<void>): Promise<void> {
  let isOver = false
  const ended = work.finally(() => (isOver = true))
  ended.catch(() => undefined)
  await until(() => {
    life.clock.skip(100)
    return isOver
  }, 'the end of it')
  await ended
}

const texts = ({ host }: MadeLife) =>
  host
    .messages()
    .map(({ content }) => (content.kind === 'text' || content.kind === 'edit' ? content.text : content.kind))

describe('catching up with MAX', () => {
  test('brings all that was said meanwhile, oldest first, and nothing that was known', async () => {
    const said = Array.from({ length: 130 }, (_none, index) => told(String(index)))
    const [first] = said
    assert.ok(first !== undefined)
    const life = await knowing(first)
    historyOf(life, said)
    const inbound = new Inbound(life)
    await over(life, inbound.begin(loginAnswer({ chats: [chatWith(said.at(-1) ?? first)] })))
    assert.deepEqual(
      texts(life),
      said.slice(1).map(({ text }) => text),
    )
    assert.equal(life.network.count(HISTORY.opcode), 3)
    const next = madeLife(life.host.kept, life.network, life.clock)
    await new Inbound(next).begin(loginAnswer({ chats: [chatWith(said.at(-1) ?? first)] }))
    assert.deepEqual(texts(next), [])
    assert.equal(life.network.count(HISTORY.opcode), 3)
  })

  test('what is told of a chat meanwhile comes behind what was missed, and is acknowledged then', async () => {
    const [known, missed, pushed] = [told('known'), told('missed'), told('pushed')]
    const life = await knowing(known)
    let answer: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (answer = resolve))
    historyOf(life, [known, missed])
    const { ask } = life.connection
    const slow = { ask: (async (...asked: Parameters<typeof ask>) => (await gate, await ask(...asked))) as typeof ask }
    const inbound = new Inbound({ ...life, connection: slow })
    const begun = inbound.begin(loginAnswer({ chats: [chatWith(missed)] }))
    const acknowledged: string[] = []
    const acknowledge = (text: string) => () => acknowledged.push(text)
    const payload = (message: Said) => structuredClone(inDialog(message))
    // As the network brings again what was not acknowledged.
    await inbound.pushed({ opcode: MESSAGE, seq: 0, payload: payload(missed), acknowledge: acknowledge('missed') })
    await inbound.pushed({ opcode: MESSAGE, seq: 1, payload: payload(pushed), acknowledge: acknowledge('pushed') })
    for (let turns = 0; turns < 20; turns += 1) await turn()
    assert.deepEqual([texts(life), acknowledged], [[], []])
    answer()
    await over(life, begun)
    assert.deepEqual(
      [texts(life), acknowledged],
      [
        ['missed', 'pushed'],
        ['missed', 'pushed'],
      ],
    )
  })

  test('of very many that are told meanwhile none is lost', async () => {
    const known = told('known')
    const life = await knowing(known)
    const said = Array.from({ length: 700 }, (_none, index) => told(String(index)))
    historyOf(life, [known, ...said])
    const [first] = said
    assert.ok(first !== undefined)
    const inbound = new Inbound(life)
    const begun = inbound.begin(loginAnswer({ chats: [chatWith(first)] }))
    let acknowledged = 0
    const acknowledge = () => (acknowledged += 1)
    for (const message of said) {
      const payload = structuredClone(inDialog(message))
      await inbound.pushed({ opcode: MESSAGE, seq: 0, payload, acknowledge })
    }
    await over(life, begun)
    assert.deepEqual(new Set(texts(life)), new Set(said.map(({ text }) => text)))
    assert.deepEqual([texts(life).length, acknowledged], [700, 700])
  })

  test('what others edited of what was known is told, and how far they have read', async () => {
    const known = told('helo')
    const life = await knowing(known)
    const edited = { ...known, text: 'hello', status: 'EDITED', updateTime: known.time + 500 }
    const missed = told('missed')
    historyOf(life, [edited, missed])
    const draft = newDraft()
    life.messageIds.sentElsewhere(DIALOG, { message: '7', at: known.time }, draft)
    await life.commit(draft)
    const participants = { [SELF]: 0, [PEER]: missed.time }
    await new Inbound(life).begin(loginAnswer({ chats: [chatWith(missed, { participants })] }))
    assert.deepEqual(texts(life), ['hello', 'missed'])
    assert.deepEqual(life.host.statuses('7'), ['read'])
  })

  test('what has the very time of what was known is not taken for known', async () => {
    const known = told('known')
    const life = await knowing(known)
    const twin = { ...known, id: known.id + 1n, text: 'twin' }
    historyOf(life, [known, twin])
    await over(life, new Inbound(life).begin(loginAnswer({ chats: [chatWith(twin)] })))
    assert.deepEqual(texts(life), ['twin'])
  })

  test('messages of one time on both sides of a page are all found, and pages may be shorter than asked for', async () => {
    const known = told('known')
    const life = await knowing(known)
    const said = Array.from({ length: 95 }, (_none, index) => ({
      ...told(String(index)),
      text: String(index),
      time: known.time + 1 + Math.floor(index / 7),
      id: messageIdAt(known.time + 1) + BigInt(index + 1),
    }))
    life.network.answers(HISTORY.opcode, ({ from }) => {
      const before = [known, ...said].filter(({ time }) => time < Number(from)).slice(-30)
      return { messages: before.map((message) => structuredClone(message)) }
    })
    await over(life, new Inbound(life).begin(loginAnswer({ chats: [chatWith(said.at(-1) ?? known)] })))
    assert.deepEqual(
      texts(life),
      said.map(({ text }) => text),
    )
  })

  test('a network that is asked too often is asked again later, and nothing is given up', async () => {
    const [known, missed, last] = [told('known'), told('missed'), told('last')]
    const life = await knowing(known)
    let refusals = 3
    historyOf(life, [known, missed, last])
    const { ask } = life.connection
    const busy = { ok: false, trouble: { why: 'refused', error: { code: 'too.many.requests', message: '' } } } as const
    const sometimes = ((...asked: Parameters<typeof ask>) =>
      refusals-- > 0 ? Promise.resolve(busy) : ask(...asked)) as typeof ask
    const at = life.clock.now()
    await over(
      life,
      new Inbound({ ...life, connection: { ask: sometimes } }).begin(loginAnswer({ chats: [chatWith(last)] })),
    )
    assert.deepEqual(texts(life), ['missed', 'last'])
    assert.ok(life.clock.now() - at > 6_000)
    refusals = Number.POSITIVE_INFINITY
    const later = told('later')
    const next = madeLife(life.host.kept, life.network, life.clock)
    const inbound = new Inbound({ ...next, connection: { ask: sometimes } })
    await assert.rejects(over(next, inbound.begin(loginAnswer({ chats: [chatWith(later)] }))))
    assert.deepEqual(texts(next), [])
  })

  test('what is told of a chat before it is known that something was missed there waits for that', async () => {
    const [known, missed, pushed] = [told('known'), told('missed'), told('pushed')]
    const life = await knowing(known)
    historyOf(life, [known, missed, pushed])
    const inbound = new Inbound(life)
    const begun = inbound.begin(loginAnswer({ chats: [] }))
    await push(inbound, MESSAGE, inDialog(pushed))
    await over(life, begun)
    assert.deepEqual(texts(life), ['missed', 'pushed'])
  })

  test('what is told twice and changed while others are held with it is one message and its change', async () => {
    const [known, missed, first, second] = [told('known'), told('missed'), told('first'), told('second')]
    const life = await knowing(known)
    historyOf(life, [known, missed])
    const inbound = new Inbound(life)
    const begun = inbound.begin(loginAnswer({ chats: [chatWith(missed)] }))
    const edited = { ...first, text: 'edited', status: 'EDITED', updateTime: first.time + 1 }
    for (const one of [first, second, first, edited]) await push(inbound, MESSAGE, inDialog(one))
    await over(life, begun)
    assert.deepEqual(
      life.host
        .messages()
        .map(({ id, content }) => (content.kind === 'edit' ? `${content.target} ${content.text}` : id)),
      [String(missed.id), String(first.id), String(second.id), `${String(first.id)} edited`],
    )
    const edit = life.host.events.at(-1)
    assert.equal(edit?.kind === 'message' && edit.original?.id, String(first.id))
  })

  test('what is removed while it is held back, and told by its id, is removed behind it', async () => {
    const [known, missed, pushed] = [told('known'), told('missed'), told('pushed')]
    const life = await knowing(known)
    historyOf(life, [known, missed])
    const inbound = new Inbound(life)
    const begun = inbound.begin(loginAnswer({ chats: [chatWith(missed)] }))
    await push(inbound, MESSAGE, inDialog(pushed))
    await push(inbound, DELETED, { chatId: Number(DIALOG), messageIds: [pushed.id] })
    await over(life, begun)
    assert.deepEqual(texts(life), ['missed', 'pushed', 'deletion'])
  })

  test('a chat whose history nobody may read still brings its last message', async () => {
    const [known, last] = [told('known'), told('last')]
    const life = await knowing(known)
    await new Inbound(life).begin(loginAnswer({ chats: [chatWith(last)] }))
    assert.deepEqual(texts(life), ['last'])
  })

  test('a network that does not answer is no network that has nothing: the next life catches up', async () => {
    const [known, missed] = [told('known'), told('missed')]
    const life = await knowing(known)
    const lost = { ask: () => Promise.resolve({ ok: false as const, trouble: { why: 'lost' as const, says: 'gone' } }) }
    const inbound = new Inbound({ ...life, connection: lost })
    await assert.rejects(inbound.begin(loginAnswer({ chats: [chatWith(missed)] })))
    assert.deepEqual(texts(life), [])
    historyOf(life, [known, missed])
    const next = madeLife(life.host.kept, life.network, life.clock)
    await new Inbound(next).begin(loginAnswer({ chats: [chatWith(missed)] }))
    assert.deepEqual(texts(next), ['missed'])
  })

  test('a device that was just linked reads what was said last, one chat after the other, as of the past and once', async () => {
    const life = madeLife()
    const said = [told('one', { time: LINKED_AT - 20 }), told('two', { time: LINKED_AT - 10 })]
    historyOf(life, said)
    const answer = () => loginAnswer({ chats: [chatWith(said[1] ?? told(''))] })
    await new Inbound(life).begin(answer())
    assert.deepEqual(texts(life), [])
    life.end.abort()
    const next = madeLife(life.host.kept, life.network, life.clock)
    await new Inbound(next).begin(answer())
    await until(() => {
      next.clock.skip(1_000)
      return next.host.messages().length === 2
    }, 'the past')
    assert.deepEqual(texts(next), ['one', 'two'])
    assert.ok(next.host.events.every((event) => event.kind === 'message' && event.isPast === true))
    const last = madeLife(next.host.kept, life.network, life.clock)
    await new Inbound(last).begin(answer())
    last.clock.skip(10_000)
    await turn()
    assert.deepEqual(texts(last), [])
  })
})
