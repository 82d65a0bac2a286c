// Truth: our notes of the protocol (a message is known by its `cid`, an edit takes away what it does not name) and the contract of drivers: nothing
// is sent twice, what may have left is unsure, and what was refused has not left.
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { until } from '../../../lib/until.ts'
import type { Content } from '../../../model/content.ts'
import { fault, retryOf } from '../../../model/fault.ts'
import type { ChatId, MessageId } from '../../../model/ids.ts'
import { AskedNetwork } from '../../../../test/max/support/asked-network.ts'
import { DIALOG, GROUP, PEER, SELF } from '../../../../test/max/support/made-life.ts'
import { sendingLife, type Mishap, type SendingLife } from '../../../../test/max/support/sending-life.ts'
import { Outbound } from './outbound.ts'

const [SEND, HISTORY, EDIT, DELETE, REACT, UNREACT, TYPING] = [64, 49, 67, 66, 178, 179, 65]
const ID = '115000000000000001' as MessageId
const OTHERS = '116000000000000077' as MessageId
const CHAT = PEER as ChatId
const HELLO: Content = { kind: 'text', text: '*hello*' }
const LATE = { why: 'late', says: 'no answer' } as const
const LOST = { why: 'lost', says: 'the connection ended' } as const

// Timers of a session keep no process alive.
const awake = setInterval(() => undefined, 1_000)
after(() => clearInterval(awake))

interface Scene extends SendingLife {
  readonly outbound: Outbound
  /** What the network has, as its history shows it. */
  readonly there: Record<string, unknown>[]
  readonly send: (what?: Content, signal?: AbortSignal, chat?: ChatId, id?: MessageId) => ReturnType<Outbound['send']>
  readonly goesWrong: (opcode: number, ...mishaps: readonly Mishap[]) => void
  /** The next process, with what this one kept and on the same network. */
  readonly next: () => Scene
}

function scene(life = sendingLife(), there: Scene['there'] = []): Scene {
  const { network } = life
  network.answers(SEND, ({ chatId, message }) => {
    const said = message as { cid: number }
    const known = there.find(({ cid }) => cid === said.cid)
    const kept = known ?? { ...said, id: BigInt(life.clock.now()) << 16n, time: life.clock.now(), sender: Number(SELF) }
    if (known === undefined) there.push(kept)
    return { chatId: Number(chatId), message: { ...kept, link: undefined } }
  })
  network.answers(HISTORY, ({ from }) => ({
    messages: there.filter(({ time }) => Number(time) <= Number(from)).map((message) => ({ ...message, elements: [] })),
  }))
  for (const opcode of [EDIT, DELETE, REACT, UNREACT, TYPING]) network.answers(opcode, () => ({}))
  const outbound = new Outbound(life)
  return {
    ...life,
    ...{ outbound, there },
    send: (content = HELLO, signal = new AbortController().signal, chat = CHAT, id = ID) =>
      outbound.send(id, { chat, content }, signal),
    goesWrong: (opcode, ...mishaps) =>
      void life.mishaps.set(
        opcode,
        mishaps.map((mishap) => ({ mishap })),
      ),
    next: () => scene(sendingLife(life.host.kept, network), there),
  }
}

const faultOf = (verdict: Awaited<ReturnType<Outbound['send']>>) => (verdict.ok ? 'ok' : verdict.fault.fault)
const retry = (verdict: Awaited<ReturnType<Outbound['send']>>) => (verdict.ok ? 'ok' : retryOf(verdict.fault))

describe('a message to MAX', () => {
  test('is kept before it leaves, is what was said, and is sent once however often it is asked for', async () => {
    const { host, network, messageIds, send, next, there } = scene()
    let keptBefore = null
    network.answers(SEND, ({ message }) => {
      keptBefore = host.kept.has(`lasting|sent|${ID}`)
      there.push({ ...(message as object), id: 5, time: 7, sender: 1 })
      return { message: { id: 5, time: 7 } }
    })
    const verdict = await send()
    assert.deepEqual(verdict, { ok: true, at: 7, chat: { name: '', contactName: '', aliases: [] } })
    assert.equal(keptBefore, true)
    const payload = network.asked[0]?.payload
    assert.equal(payload?.['chatId'], DIALOG)
    const { text, elements, cid } = payload['message'] as Record<string, unknown>
    assert.deepEqual([text, elements], ['hello', [{ type: 'STRONG', from: 0, length: 5, attributes: undefined }]])
    assert.equal(typeof cid, 'number')
    assert.equal(await messageIds.networkIdOf(ID), '5')
    assert.deepEqual([await send(), await next().send()], [verdict, verdict])
    assert.equal(network.count(SEND), 1)
  })

  test('that can not be kept is not sent, and may be tried later', async () => {
    const { host, network, send } = scene()
    const commit = host.commit.bind(host)
    host.commit = () => Promise.reject(new Error('the disk is full'))
    assert.equal(retry(await send()), 'later')
    assert.equal(network.count(SEND), 0)
    host.commit = commit
    assert.equal(retry(await send()), 'ok')
  })

  test('that was sent when its end could not be kept is found by the next process, and not sent again', async () => {
    const { host, network, send, next, there } = scene()
    const commit = host.commit.bind(host)
    network.answers(SEND, ({ message }) => {
      there.push({ ...(message as object), id: 5, time: host.clock.now(), sender: Number(SELF) })
      host.commit = () => Promise.reject(new Error('the disk is full'))
      return { message: { id: 5, time: 7 } }
    })
    assert.equal(retry(await send()), 'ok')
    host.commit = commit
    assert.equal(await next().outbound.lookup(ID), 'sent')
    assert.equal(retry(await next().send()), 'ok')
    assert.deepEqual([network.count(SEND), await next().messageIds.networkIdOf(ID)], [1, '5'])
  })

  test('that was refused has not left: it is absent, and is another message when it is tried again', async () => {
    const { goesWrong, outbound, send, network } = scene()
    goesWrong(SEND, 'too.many.requests', { why: 'notSent', says: 'not open' })
    assert.equal(faultOf(await send()), 'rateLimited')
    assert.equal(await outbound.lookup(ID), 'absent')
    assert.equal(faultOf(await send()), 'notConnected')
    assert.equal(await outbound.lookup(ID), 'absent')
    assert.equal(retry(await send()), 'ok')
    assert.deepEqual([network.count(HISTORY), network.count(SEND)], [0, 1])
  })

  test('whose answer was lost is unsure, and is looked for by its number, also in the next process', async () => {
    const heard = scene()
    heard.mishaps.set(SEND, [{ mishap: LOST, isHeard: true }])
    assert.equal(faultOf(await heard.send()), 'unconfirmed')
    assert.equal(await heard.next().outbound.lookup(ID), 'sent')
    assert.equal(retry(await heard.next().send()), 'ok')
    assert.equal(heard.there.length, 1)

    const unheard = scene()
    unheard.goesWrong(SEND, LOST)
    assert.equal(faultOf(await unheard.send()), 'unconfirmed')
    unheard.network.answers(HISTORY, () => undefined)
    assert.equal(await unheard.outbound.lookup(ID), 'unknown')
    const later = unheard.next()
    assert.equal(await later.outbound.lookup(ID), 'absent')
    const [kept] = [...later.host.kept].flatMap(([name, value]) => (name === `lasting|sent|${ID}` ? [value] : []))
    assert.equal(retry(await later.send()), 'ok')
    const { i } = JSON.parse(Buffer.from(kept ?? '').toString()) as { i: number }
    assert.deepEqual(
      later.there.map(({ cid }) => cid),
      [i],
    )
  })

  test('that may have left keeps its number, whatever the next attempt comes to', async () => {
    const { goesWrong, send, next, there } = scene()
    goesWrong(SEND, LOST)
    assert.equal(faultOf(await send()), 'unconfirmed')
    const later = next()
    const numbers = () => [...later.host.kept.keys()].filter((name) => name.startsWith('lasting|open|'))
    const [number] = numbers()
    later.goesWrong(SEND, 'too.many.requests', 'access.denied')
    assert.deepEqual([faultOf(await later.send()), faultOf(await later.send())], ['rateLimited', 'refused'])
    assert.deepEqual(numbers(), [number])
    assert.equal(retry(await later.send()), 'ok')
    assert.deepEqual(
      there.map(({ cid }) => `lasting|open|${String(cid)}`),
      [number],
    )
  })

  test('is not said to be absent where the network shows no numbers, or can not be asked', async () => {
    const { outbound, goesWrong, send, network, there, clock, end } = scene()
    goesWrong(SEND, LOST)
    await send()
    there.push({ id: 9, time: clock.now(), sender: Number(SELF), text: 'hello' })
    assert.equal(await outbound.lookup(ID), 'unknown')
    assert.equal(retry(await send()), 'later')
    assert.equal(network.count(SEND), 0)
    end.abort()
    assert.equal(await outbound.lookup(ID), 'unknown')
  })

  test('that is not answered in time is looked for, and sent once more under its number where it is not there', async () => {
    const heard = scene()
    heard.mishaps.set(SEND, [{ mishap: LATE, isHeard: true }])
    assert.equal(retry(await heard.send()), 'ok')
    assert.deepEqual([heard.network.count(SEND), heard.there.length], [1, 1])

    const unheard = scene()
    unheard.goesWrong(SEND, LATE)
    assert.equal(retry(await unheard.send()), 'ok')
    assert.equal(unheard.there.length, 1)

    // What is said of the second says nothing of the first.
    for (const second of [LATE, LOST, 'too.many.requests', { why: 'notSent', says: '' } as const]) {
      const { goesWrong, send, outbound, there } = scene()
      goesWrong(SEND, LATE, second)
      assert.equal(faultOf(await send()), 'unconfirmed')
      there.push({ id: 9, time: Date.now(), sender: 4, text: 'hello' })
      assert.equal(await outbound.lookup(ID), 'absent')
    }
  })

  test('that is given up before it left has not left; given up on its way it is unsure, and what is heard yet settles it', async () => {
    const { send, network, host, outbound, clock } = scene()
    const abort = new AbortController()
    abort.abort()
    assert.deepEqual([retry(await send(HELLO, abort.signal)), network.asked.length], ['later', 0])

    const second = new AbortController()
    let answer: () => void = () => undefined
    const waits = new Promise<void>((resolve) => (answer = resolve))
    const ask = network.connection.ask
    network.connection.ask = async (operation, ...asked) => {
      const answered = await ask(operation, ...asked)
      if (operation.opcode === SEND) await waits
      return answered
    }
    const verdict = send(HELLO, second.signal)
    await until(() => network.count(SEND) === 1, 'the message')
    second.abort()
    assert.equal(faultOf(await verdict), 'unconfirmed')
    assert.deepEqual(host.statuses(ID), [])
    answer()
    await until(() => host.statuses(ID).length === 1, 'the status')
    assert.deepEqual(host.statuses(ID), ['sent'])
    assert.equal(await outbound.lookup(ID), 'sent')
    assert.ok(clock.now() > 0)
  })

  test('on its way is not said to be absent', async () => {
    const { send, outbound, goesWrong, end } = scene()
    goesWrong(SEND, 'never')
    const abort = new AbortController()
    const verdict = send(HELLO, abort.signal)
    await until(async () => (await outbound.lookup(ID)) === 'unknown', 'it to be on its way')
    end.abort()
    assert.equal(faultOf(await verdict), 'unconfirmed')
  })

  test('to a number goes to the person behind it, and to nobody where there is none or nobody may be asked', async () => {
    const { send, numbers, network } = scene()
    const number = '79001000002@c.us' as ChatId
    assert.equal(faultOf(await send(HELLO, undefined, number)), 'noAccount')
    numbers.set('79001000002', fault('rateLimited', 'enough for today'))
    assert.equal(faultOf(await send(HELLO, undefined, number)), 'rateLimited')
    numbers.set('79001000002', PEER)
    const verdict = await send(HELLO, undefined, number)
    assert.deepEqual(verdict.ok && verdict.chat?.aliases, [PEER])
    assert.deepEqual(
      network.asked.map(({ payload }) => payload['chatId']),
      [DIALOG],
    )
  })

  test('that is a reply names what it replies to; where that is gone it goes without', async () => {
    const { send, network, goesWrong } = scene()
    const linkOf = (index: number) => (network.asked[index]?.payload['message'] as Record<string, unknown>)['link']
    const quoting = (id: MessageId): Content => ({ ...HELLO, quote: { id, participant: CHAT, content: null } })
    assert.equal(retry(await send(quoting(OTHERS))), 'ok')
    assert.deepEqual(linkOf(0), { type: 'REPLY', messageId: OTHERS })
    goesWrong(SEND, 'not.found')
    assert.equal(
      retry(await send(quoting(OTHERS), undefined, GROUP as ChatId, '115000000000000002' as MessageId)),
      'ok',
    )
    assert.equal(linkOf(1), undefined)
  })

  test('that is forwarded points at what it says again where it can, and is a copy where it can not', async () => {
    const { outbound, network, there, goesWrong } = scene()
    const time = Number(BigInt(OTHERS) >> 16n)
    const linksOf = () => network.asked.filter(({ opcode }) => opcode === SEND).map(({ payload }) => payload['message'])
    let last = 0
    const forward = async () => {
      const id = `11500000000000004${String((last += 1))}` as MessageId
      const message = { chat: CHAT, content: { ...HELLO, forwardingScore: 1 } as Content }
      const forwards = { chat: GROUP as ChatId, id: OTHERS }
      assert.equal(retry(await outbound.send(id, { ...message, forwards }, new AbortController().signal)), 'ok')
      const { text, link } = linksOf().at(-1) as Record<string, unknown>
      return [text, link]
    }
    const link = { type: 'FORWARD', messageId: OTHERS, chatId: GROUP }
    assert.deepEqual(await forward(), ['hello', undefined])
    there.push({ id: BigInt(OTHERS), time, sender: 4, text: 'hello', attaches: [{ _type: 'PHOTO' }] })
    assert.deepEqual(await forward(), [undefined, link])
    goesWrong(SEND, 'access.denied')
    assert.deepEqual(await forward(), ['hello', undefined])
    there[there.findIndex(({ id }) => id === BigInt(OTHERS))] = {
      ...{ id: BigInt(OTHERS), time, sender: 4, text: '', attaches: [{ _type: 'PHOTO' }, { _type: 'PHOTO' }] },
    }
    assert.deepEqual(await forward(), ['hello', undefined])
  })

  test('of a kind that MAX has not, or too long, is refused and nothing is asked', async () => {
    const { send, network } = scene()
    const unsendable: Content[] = [
      { kind: 'text', text: 'x'.repeat(4_001) },
      { kind: 'choice', of: 'list', target: OTHERS, id: '1', index: 0, text: 'Yes' },
      { kind: 'unreadable', why: 'keysLost' },
    ]
    for (const content of unsendable) assert.equal(faultOf(await send(content)), 'refused')
    assert.equal(faultOf(await send(HELLO, undefined, 'status@broadcast' as ChatId)), 'refused')
    assert.equal(network.asked.length, 0)
    // Marks do not count.
    assert.equal(retry(await send({ kind: 'text', text: `*${'x'.repeat(4_000)}*` })), 'ok')
  })

  test('is what its kind says: places, cards of accounts, polls', async () => {
    const { send, network } = scene()
    const attaches: Record<string, unknown>[] = []
    const card = { displayName: 'Anna', vcard: 'BEGIN:VCARD\nEND:VCARD', chat: CHAT }
    const sent: Content[] = [
      { kind: 'location', latitude: 55.75, longitude: -37.6, name: 'Square', address: '', jpegThumbnail: '' },
      { kind: 'contacts', contacts: [card] },
      { kind: 'poll', question: 'When?', options: ['now', 'never'], multipleAnswers: true, isAnonymous: true },
    ]
    for (const [index, content] of sent.entries()) {
      assert.equal(retry(await send(content, undefined, CHAT, `11500000000000001${String(index)}` as MessageId)), 'ok')
      attaches.push(
        (network.asked.at(-1)?.payload['message'] as { attaches: Record<string, unknown>[] }).attaches[0] ?? {},
      )
    }
    assert.deepEqual(attaches, [
      { _type: 'LOCATION', latitude: 55.75, longitude: -37.6 },
      { _type: 'CONTACT', contactId: PEER },
      { _type: 'POLL', title: 'When?', answers: [{ text: 'now' }, { text: 'never' }], settings: 3 },
    ])
    assert.equal((network.asked[0]?.payload['message'] as Record<string, unknown>)['text'], 'Square')
  })
})

describe('a change of a message on MAX', () => {
  const edit: Content = { kind: 'edit', target: OTHERS, text: '*new*', isCaption: false }
  const time = Number(BigInt(OTHERS) >> 16n)

  test('is asked for, noted, and not asked for again', async () => {
    const { send, network, outbound, next } = scene()
    const reaction = { kind: 'reaction', target: OTHERS, participant: CHAT, emoji: '👍' } as const
    const changes: readonly (readonly [Content, number, object])[] = [
      [{ kind: 'deletion', target: OTHERS, forEveryone: true }, DELETE, { messageIds: [OTHERS], forMe: false }],
      [{ kind: 'deletion', target: OTHERS, forEveryone: false }, DELETE, { messageIds: [OTHERS], forMe: true }],
      [reaction, REACT, { messageId: OTHERS, reaction: { reactionType: 'EMOJI', id: '👍' } }],
      [{ ...reaction, emoji: '' }, UNREACT, { messageId: OTHERS }],
    ]
    for (const [index, [content, opcode, payload]] of changes.entries()) {
      const id = `11500000000000002${String(index)}` as MessageId
      assert.equal(await outbound.lookup(id), 'absent')
      const verdict = await send(content, undefined, CHAT, id)
      assert.equal(retry(verdict), 'ok')
      assert.deepEqual(network.asked.at(-1), { opcode, payload: { chatId: DIALOG, ...payload } })
      assert.equal(await next().outbound.lookup(id), 'sent')
      assert.deepEqual(await next().send(content, undefined, CHAT, id), verdict)
    }
    assert.equal(network.asked.length, changes.length)
  })

  test('of what never got there is refused', async () => {
    const { send, goesWrong, network } = scene()
    goesWrong(SEND, LOST)
    await send()
    const target = { kind: 'deletion', target: ID, forEveryone: true } as const
    assert.equal(faultOf(await send(target, undefined, CHAT, OTHERS)), 'refused')
    assert.equal(network.count(DELETE), 0)
  })

  test('of words names what is attached, which would be taken away otherwise', async () => {
    const { send, network, there } = scene()
    const attached = [
      { _type: 'PHOTO', photoToken: 'p' },
      { _type: 'VIDEO', videoId: 3, token: 'v' },
      { _type: 'SHARE', url: 'https://shop.example' },
    ]
    there.push({ id: BigInt(OTHERS), time, sender: Number(SELF), text: 'old', attaches: attached })
    assert.equal(retry(await send({ ...edit, isCaption: true })), 'ok')
    const { text, elements, attachments } = network.asked.at(-1)?.payload ?? {}
    assert.deepEqual([text, (elements as unknown[]).length], ['new', 1])
    assert.deepEqual(attachments, [
      { _type: 'PHOTO', photoToken: 'p' },
      { _type: 'VIDEO', videoId: '3', token: 'v', videoType: 0 },
    ])
    there[0] = { ...there[0], attaches: [{ _type: 'POLL', title: 'When?' }] }
    assert.equal(faultOf(await send(edit, undefined, CHAT, '115000000000000003' as MessageId)), 'refused')
    assert.equal(network.count(EDIT), 1)
  })

  test('is unsure where its answer was lost, and asked for once more where it was late', async () => {
    const { send, goesWrong, outbound, network } = scene()
    const deletion = { kind: 'deletion', target: OTHERS, forEveryone: true } as const
    goesWrong(DELETE, LOST)
    assert.equal(faultOf(await send(deletion)), 'unconfirmed')
    assert.equal(await outbound.lookup(ID), 'unknown')
    assert.equal(retry(await send(deletion)), 'ok')
    const [second, third] = ['115000000000000004', '115000000000000005'] as [MessageId, MessageId]
    goesWrong(DELETE, LATE)
    assert.equal(retry(await send(deletion, undefined, CHAT, second)), 'ok')
    goesWrong(DELETE, 'access.denied')
    assert.equal(faultOf(await send(deletion, undefined, CHAT, third)), 'refused')
    assert.equal(await outbound.lookup(third), 'absent')
    assert.equal(network.count(DELETE), 2)
  })
})

test('typing is shown anew while it lasts, in turn, and to no stranger', async () => {
  const { outbound, network, clock, send } = scene()
  const typed = () => network.asked.filter(({ opcode }) => opcode === TYPING).map(({ payload }) => payload['type'])
  outbound.typing(CHAT, 1_000)
  await send()
  clock.skip(1_000)
  assert.deepEqual(typed(), [])
  outbound.typing(CHAT, 7_000)
  outbound.typing(CHAT, 1_000, 'recording')
  await until(() => typed().length === 1, 'typing')
  clock.skip(5_000)
  await until(() => typed().length === 2, 'typing again')
  clock.skip(2_000)
  await until(() => typed().length === 3, 'recording')
  clock.skip(10_000)
  outbound.stop()
  outbound.typing(CHAT, 1_000)
  assert.deepEqual(typed(), [undefined, undefined, 'AUDIO'])
})

test('a number that the network knows messages by never comes twice, also when the clock is set back between two processes', async () => {
  const network = new AskedNetwork()
  const first = scene(sendingLife(new Map(), network))
  const ids = ['1', '2', '3', '4'].map((last) => `11500000000000003${last}` as MessageId)
  for (const id of ids.slice(0, 2)) await first.send(HELLO, undefined, CHAT, id)
  const later = sendingLife(first.host.kept, network)
  later.clock.skip(-60_000)
  const second = scene(later, first.there)
  for (const id of ids.slice(2)) await second.send(HELLO, undefined, CHAT, id)
  const cids = second.there.map(({ cid }) => Number(cid))
  assert.equal(cids.length, 4)
  assert.deepEqual(
    [...new Set(cids)].sort((one, other) => one - other),
    cids,
  )
})
