// Truth: the driver contract's words on verdicts, and what a network says that a test speaks for.
import assert from 'node:assert/strict'
import { setImmediate as soon } from 'node:timers/promises'
import { describe, test } from 'node:test'
import { OWN } from '../../../../test/support/made-life.ts'
import {
  answering,
  codeOf,
  hasContact,
  ID,
  messageOf,
  PEER,
  PEER_JID,
  rig,
} from '../../../../test/support/outbound-rig.ts'
import { until } from '../../../lib/until.ts'
import { STATUS_CHAT, type Content } from '../../../model/content.ts'
import { retryOf } from '../../../model/fault.ts'
import type { ChatId, MessageId } from '../../../model/ids.ts'
import { engineIsInstalled } from '../engine/load.ts'
import { newDraft } from '../life.ts'
import { readPollNote } from '../poll-note.ts'
import { sentMessage, sentThere } from './sent-messages.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'

const OTHER = '79001000003@c.us' as ChatId
const GROUP = '120363043968066561@g.us' as ChatId
/** After so long nothing is on its way any more. */
const ON_ITS_WAY_MS = 1_000

const GROUP_DATA = { id: GROUP, subject: 'Friends', participants: [{ id: OWN.pn }, { id: PEER_JID }] }

describe('outbound of a WhatsApp session', { skip }, () => {
  test('the verdict is the ack, and nothing before it', async () => {
    const { made, send } = await rig()
    const verdict = send()
    await until(() => made.relayed.length === 1, 'the message')
    assert.equal(await Promise.race([verdict, soon('waiting')]), 'waiting')
    made.ack('another')
    assert.equal(await Promise.race([verdict, soon('waiting')]), 'waiting')
    // A participants' hash only says that not all devices were reached.
    made.ack(ID, { phash: '2:abc' })
    assert.deepEqual(await verdict, { ok: true, at: 1_700_000_000_000 })
    assert.deepEqual([made.relayed[0]?.jid, made.relayed[0]?.options.messageId], [PEER_JID, ID])
  })

  test('what is sent is kept before it leaves, and can be given again', async () => {
    const { made, send } = await rig()
    let keptBefore = false
    made.relaying = async () => {
      await made.beforeFrame()
      keptBefore = made.host.kept.has(`sent|${ID}`)
    }
    const verdict = send()
    await until(() => made.relayed.length === 1, 'the message')
    made.ack(ID)
    assert.ok((await verdict).ok)
    assert.ok(keptBefore)
    const { engine, store } = made.life
    const again = await sentMessage(engine, store, ID)
    assert.equal(again?.extendedTextMessage?.text, 'hello')
    assert.equal(await sentMessage(engine, store, 'never'), undefined)
  })

  test('who asks for a message again must ask from the chat that it went to, by whatever name', async () => {
    const one = await rig()
    answering(one)
    one.made.groups.set(GROUP, GROUP_DATA)
    const inGroup = '3EB0A2' as MessageId
    assert.ok((await one.send()).ok)
    assert.ok((await one.send({ chat: GROUP }, inGroup)).ok)
    const { life } = one.made
    const draft = newDraft()
    await life.people.learn('900000000000002@lid', PEER_JID, draft)
    await life.store.commit(draft)
    const given = async (id: string, remoteJid: string | null) =>
      (await sentThere(life.engine, life, { id, remoteJid }))?.extendedTextMessage?.text
    for (const name of [PEER_JID, '79001000002:7@s.whatsapp.net', '900000000000002:7@lid'])
      assert.equal(await given(ID, name), 'hello', name)
    assert.equal(await given(inGroup, GROUP), 'hello')
    for (const name of ['79001000003@s.whatsapp.net', GROUP, OWN.pn, '', null])
      assert.equal(await given(ID, name), undefined, String(name))
    assert.equal(await given(inGroup, PEER_JID), undefined)
  })

  for (const [error, fault, chat] of [
    ['421', 'rateLimited', PEER],
    ['429', 'rateLimited', PEER],
    ['403', 'refused', PEER],
    ['404', 'noAccount', PEER],
    ['463', 'refused', PEER],
    ['479', 'refused', PEER],
    ['475', 'refused', PEER],
    ['500', 'unavailable', PEER],
    ['799', 'refused', PEER],
    ['403', 'notInGroup', GROUP],
    ['404', 'notInGroup', GROUP],
    ['479', 'refused', GROUP],
    ['403', 'refused', STATUS_CHAT],
  ] as const)
    test(`an ack with ${error} in ${chat} is ${fault}`, async () => {
      const one = await rig()
      one.made.groups.set(GROUP, GROUP_DATA)
      await hasContact(one)
      answering(one, error)
      const status: Content = { kind: 'statusText', text: 'x', backgroundColor: '#000000', font: 'SERIF' }
      const verdict = await one.send({ chat, ...(chat === STATUS_CHAT && { content: status }) })
      assert.equal(codeOf(verdict), fault)
      assert.match(messageOf(verdict), new RegExp(`\\(${error}\\)`))
    })

  test('the same id again is not sent again once it was accepted', async () => {
    const one = await rig()
    answering(one)
    const first = await one.send()
    assert.deepEqual(await one.send(), first)
    assert.equal(one.made.relayed.length, 1)
  })

  test('what is aborted after it was written is unsure, and its late ack settles it once', async () => {
    const { made, outbound, send } = await rig()
    const abort = new AbortController()
    const verdict = send({}, ID, abort.signal)
    await until(() => made.relayed.length === 1, 'the message')
    abort.abort()
    const ended = await verdict
    assert.equal(!ended.ok && retryOf(ended.fault), 'unsure')
    made.clock.skip(ON_ITS_WAY_MS)
    assert.equal(await outbound.lookup(ID), 'unknown')
    made.ack(ID)
    made.ack(ID)
    await until(() => made.host.statuses(ID).length > 0, 'the status')
    assert.equal(await outbound.lookup(ID), 'sent')
    await soon()
    assert.deepEqual(made.host.statuses(ID), ['sent'])
  })

  test('a late refusal is told as what it is', async () => {
    for (const [error, status] of [
      ['479', 'failed'],
      ['404', 'noAccount'],
    ] as const) {
      const { made, send } = await rig()
      const abort = new AbortController()
      const verdict = send({}, ID, abort.signal)
      await until(() => made.relayed.length === 1, 'the message')
      abort.abort()
      await verdict
      made.ack(ID, { error })
      await until(() => made.host.statuses(ID).length > 0, 'the status')
      assert.deepEqual(made.host.statuses(ID), [status])
    }
  })

  test('a receipt that comes while the ack is waited for ends no waiting, and is remembered', async () => {
    const { made, outbound, send } = await rig()
    const abort = new AbortController()
    const verdict = send({}, ID, abort.signal)
    await until(() => made.relayed.length === 1, 'the message')
    made.bring('CB:receipt', { tag: 'receipt', attrs: { id: ID } })
    assert.equal(await Promise.race([verdict, soon('waiting')]), 'waiting')
    abort.abort()
    assert.equal(codeOf(await verdict), 'unconfirmed')
    assert.equal(await outbound.lookup(ID), 'sent')
  })

  test('a look-up right after a message was given up waits a moment for what is on its way', async () => {
    const { made, outbound, send } = await rig()
    const abort = new AbortController()
    const verdict = send({}, ID, abort.signal)
    await until(() => made.relayed.length === 1, 'the message')
    abort.abort()
    await verdict
    const found = outbound.lookup(ID)
    made.bring('CB:receipt', { tag: 'receipt', attrs: { id: ID } })
    assert.equal(await found, 'sent')
  })

  test("a receipt for a message without its ack tells a look-up that it was sent; another's does not", async () => {
    const { made, outbound, send } = await rig()
    const abort = new AbortController()
    const verdict = send({}, ID, abort.signal)
    await until(() => made.relayed.length === 1, 'the message')
    abort.abort()
    await verdict
    made.bring('CB:receipt', { tag: 'receipt', attrs: { id: 'other' } })
    made.clock.skip(ON_ITS_WAY_MS)
    assert.equal(await outbound.lookup(ID), 'unknown')
    const items = [{ tag: 'item', attrs: { id: ID } }]
    made.bring('CB:receipt', {
      tag: 'receipt',
      attrs: { id: 'other' },
      content: [{ tag: 'list', attrs: {}, content: items }],
    })
    assert.equal(await outbound.lookup(ID), 'sent')
    assert.deepEqual(made.host.statuses(ID), [])
  })

  test('what was never written is absent; after the end nobody can tell', async () => {
    const { outbound } = await rig()
    assert.equal(await outbound.lookup(ID), 'absent')
    outbound.stop()
    assert.equal(await outbound.lookup(ID), 'unknown')
  })

  test('what is still being written may leave yet, although it was given up', async () => {
    const { made, outbound, send } = await rig()
    let goOn: () => void = () => undefined
    const answer = new Promise<void>((resolve) => (goOn = resolve))
    let isAsked = false
    made.relaying = async () => {
      isAsked = true
      await answer
      throw new Error('the network did not say who gets it')
    }
    const abort = new AbortController()
    const verdict = send({}, ID, abort.signal)
    await until(() => isAsked, 'the writing')
    abort.abort()
    assert.equal(codeOf(await verdict), 'unconfirmed')
    made.clock.skip(ON_ITS_WAY_MS)
    assert.equal(await outbound.lookup(ID), 'unknown')
    goOn()
    await soon()
    assert.equal(await outbound.lookup(ID), 'absent')
  })

  test('a message that could not be written may be sent later, one of which a part may have left is unsure', async () => {
    const boom = (statusCode: number) => Object.assign(new Error('of the engine'), { output: { statusCode } })
    for (const [error, fault] of [
      [boom(428), 'notConnected'],
      [new TypeError('undefined is not an object'), 'unavailable'],
      [boom(500), 'unavailable'],
      [boom(429), 'rateLimited'],
      [Object.assign(boom(500), { data: 429 }), 'rateLimited'],
      [boom(408), 'unconfirmed'],
      [Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }), 'unconfirmed'],
    ] as const) {
      const { made, outbound, send } = await rig()
      const isOnTheWire = fault === 'unconfirmed'
      made.relaying = async () => {
        if (isOnTheWire) await made.beforeFrame()
        throw error
      }
      assert.equal(codeOf(await send()), fault, String(error))
      made.clock.skip(ON_ITS_WAY_MS)
      // What did not get as far as the wire has left nothing behind.
      assert.equal(await outbound.lookup(ID), isOnTheWire ? 'unknown' : 'absent')
    }
  })

  test('a commit that fails after the frame was written leaves it unsure', async () => {
    const { made, send } = await rig()
    await made.knows(PEER_JID)
    made.relaying = () => void (made.host.isBroken = true)
    assert.equal(codeOf(await send()), 'unconfirmed')
  })

  test('what is stopped before it was written has not left', async () => {
    const { made, outbound, send } = await rig()
    assert.equal(codeOf(await send({}, ID, AbortSignal.abort())), 'notConnected')
    made.end()
    assert.equal(codeOf(await send()), 'notConnected')
    outbound.stop()
    assert.equal(codeOf(await send()), 'notConnected')
    assert.deepEqual(made.relayed, [])
  })

  test('the end of the connection leaves what waits unsure', async () => {
    const { made, send } = await rig()
    const verdict = send()
    await until(() => made.relayed.length === 1, 'the message')
    made.end()
    assert.equal(codeOf(await verdict), 'unconfirmed')
  })

  test('nobody behind a number is noAccount; a network that says nothing is not', async () => {
    const { made, send } = await rig()
    made.nobody.add(PEER_JID)
    assert.equal(codeOf(await send()), 'noAccount')
    made.nobody.clear()
    made.answers = false
    assert.equal(codeOf(await send({ chat: OTHER }, '3EB0A2' as MessageId)), 'unavailable')
    assert.deepEqual(made.relayed, [])
  })

  test('in groups the account must be a member, an admin where only they write, and not be one too many', async () => {
    const member = (index: number) => ({ id: `${79_002_000_000 + index}@s.whatsapp.net` })
    const many = [{ id: OWN.lid }, ...Array.from({ length: 1024 }, (_none, index) => member(index))]
    for (const [data, fault, text] of [
      [{ participants: [{ id: PEER_JID }] }, 'notInGroup', /not in this group/],
      [{ announce: true }, 'refused', /admins/],
      [{ participants: many }, 'refused', /^SWE004: the number of participants in the group has been exceeded - 300$/],
    ] as const) {
      const { made, send } = await rig()
      made.groups.set(GROUP, { ...GROUP_DATA, ...data })
      const verdict = await send({ chat: GROUP })
      assert.equal(codeOf(verdict), fault)
      assert.match(messageOf(verdict), text)
      assert.deepEqual(made.relayed, [])
    }
    const one = await rig()
    answering(one)
    one.made.groups.set(GROUP, { ...GROUP_DATA, announce: true, participants: [{ id: OWN.pn, admin: 'admin' }] })
    assert.ok((await one.send({ chat: GROUP })).ok)
    assert.equal(one.made.questions, 0)
  })

  test('messages say how long they are kept where a chat forgets', async () => {
    const one = await rig()
    answering(one)
    await one.made.knows(PEER_JID, 604_800)
    one.made.groups.set(GROUP, { ...GROUP_DATA, ephemeralDuration: 86_400 })
    await one.send()
    await one.send({ chat: GROUP }, '3EB0A2' as MessageId)
    const told = one.made.relayed.map(({ message }) => message.extendedTextMessage?.contextInfo?.expiration)
    assert.deepEqual(told, [604_800, 86_400])
  })

  test('what a linked device cannot send is refused before anything is asked', async () => {
    const { made, send } = await rig()
    const order: Content = {
      ...{ kind: 'order', orderId: 'o', token: 't', title: 'Cups', itemCount: 2, currency: 'EUR', total: '1900' },
      seller: PEER,
    }
    assert.equal(codeOf(await send({ content: order })), 'refused')
    assert.equal(codeOf(await send({ content: { kind: 'text', text: 'x'.repeat(65_537) } })), 'refused')
    assert.equal(made.questions, 0)
  })

  test('a status goes to contacts and to oneself, or to those who are named; a text of a chat is none', async () => {
    const one = await rig()
    answering(one)
    const { directory, store } = one.made.life
    const draft = newDraft()
    await directory.noteContact(PEER_JID, { contactName: 'Peer' }, draft)
    await directory.noteContact('79001000009@s.whatsapp.net', { name: 'a stranger' }, draft)
    await store.commit(draft)
    const content: Content = { kind: 'statusText', text: 'x', backgroundColor: '#000000', font: 'SERIF' }
    assert.ok((await one.send({ chat: STATUS_CHAT, content })).ok)
    assert.ok((await one.send({ chat: STATUS_CHAT, content, audience: [OTHER] }, '3EB0A2' as MessageId)).ok)
    assert.deepEqual(
      one.made.relayed.map(({ options }) => options.statusJidList),
      [
        [OWN.pn, PEER_JID],
        [OWN.pn, '79001000003@s.whatsapp.net'],
      ],
    )
    assert.equal(codeOf(await one.send({ chat: STATUS_CHAT }, '3EB0A3' as MessageId)), 'refused')
    assert.equal(codeOf(await one.send({ content }, '3EB0A4' as MessageId)), 'refused')
  })

  test('a deletion for oneself goes to the own devices alone', async () => {
    const { made, send } = await rig()
    const target = '3EB0A0' as MessageId
    assert.ok((await send({ content: { kind: 'deletion', target, forEveryone: false } })).ok)
    assert.deepEqual(made.relayed, [])
    const [[change, jid] = []] = made.modified
    assert.equal(jid, PEER_JID)
    const { deleteForMe } = change as { deleteForMe: { key: object; deleteMedia: boolean } }
    assert.deepEqual(deleteForMe.key, { remoteJid: PEER_JID, fromMe: true, id: target })
    assert.equal(deleteForMe.deleteMedia, false)
  })

  test('votes on a poll of ours can be opened later', async () => {
    const one = await rig()
    answering(one)
    const poll = { kind: 'poll', question: 'When?', options: ['now', 'later'], multipleAnswers: false } as const
    await one.send({ content: poll })
    const note = readPollNote(one.made.host.kept.get(`poll|${ID}`) ?? null)
    assert.deepEqual([note?.question, note?.options, note?.creators], ['When?', ['now', 'later'], [OWN.pn, OWN.lid]])
    const secret = one.made.relayed[0]?.message.messageContextInfo?.messageSecret
    assert.deepEqual(Buffer.from(note?.secret ?? '', 'base64'), Buffer.from(secret ?? []))
  })

  test('typing is shown, renewed and taken back; one after the other in a chat', async () => {
    const { made, outbound } = await rig()
    await made.knows(PEER_JID)
    outbound.typing(PEER, 15_000)
    outbound.typing(PEER, 2_000, 'recording')
    outbound.typing(STATUS_CHAT, 1_000)
    const shown = async (count: number) => {
      await until(() => made.shown.length === count, `${count} times`)
      return made.shown.at(-1)
    }
    assert.deepEqual(await shown(1), ['composing', PEER_JID])
    made.clock.skip(10_000)
    assert.deepEqual(await shown(2), ['composing', PEER_JID])
    made.clock.skip(5_000)
    assert.deepEqual(await shown(3), ['recording', PEER_JID])
    made.clock.skip(2_000)
    assert.deepEqual(await shown(4), ['paused', PEER_JID])
    outbound.typing(PEER, 1_000)
    await shown(5)
    outbound.stop()
    made.clock.skip(60_000)
    await soon()
    assert.equal(made.shown.length, 5)
  })
})
