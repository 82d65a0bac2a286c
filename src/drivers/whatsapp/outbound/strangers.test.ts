// Truth: what WhatsApp takes an account for that writes to strangers, and its word on who may not.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { answering, codeOf, messageOf, PEER, PEER_JID, rig } from '../../../../test/support/outbound-rig.ts'
import { until } from '../../../lib/until.ts'
import { STATUS_CHAT, type Content } from '../../../model/content.ts'
import type { ChatId, MessageId } from '../../../model/ids.ts'
import { LASTING } from '../../driver.ts'
import { engineIsInstalled } from '../engine/load.ts'
import { newDraft } from '../life.ts'
import { knownCheck, noteCheck, takeCheck } from './budgets.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'

const OTHER = '79001000003@c.us' as ChatId
const GROUP = '120363043968066561@g.us' as ChatId
const DAY_MS = 86_400_000

describe('what strangers and nobody are shown', { skip }, () => {
  const status: Content = { kind: 'statusText', text: 'x', backgroundColor: '#000000', font: 'SERIF' }

  test('typing is shown in groups and in chats that are known, and to no stranger', async () => {
    const { made, outbound } = await rig()
    await made.knows(PEER_JID)
    for (const chat of [OTHER, GROUP, PEER]) outbound.typing(chat, 1_000)
    await until(() => made.shown.length === 2, 'two')
    made.clock.skip(1_000)
    await until(() => made.shown.length === 4, 'their ends')
    assert.deepEqual(new Set(made.shown.map(([, jid]) => jid)), new Set([GROUP, PEER_JID]))
  })

  test('a status without anybody to show it to is refused', async () => {
    const { made, send } = await rig()
    const verdict = await send({ chat: STATUS_CHAT, content: status })
    assert.equal(codeOf(verdict), 'refused')
    assert.match(messageOf(verdict), /nobody to show it to: the account's contacts are not known yet/)
    assert.deepEqual(made.relayed, [])
  })
})

describe('first contacts of a WhatsApp account', { skip }, () => {
  const phones = Array.from({ length: 4 }, (_none, index) => `7900200000${index}@c.us` as ChatId)
  const [first, second, third, fourth] = phones as [ChatId, ChatId, ChatId, ChatId]
  const id = (index: number) => `3EB0B${index}` as MessageId

  test('so many a day are written to, across restarts; whoever is known always is', async () => {
    const one = await rig({ firstContactsPerDay: 2 })
    answering(one)
    assert.ok((await one.send({ chat: first }, id(1))).ok)
    assert.ok((await one.send({ chat: second }, id(2))).ok)
    const after = await rig({ firstContactsPerDay: 2 }, one.made.host.kept)
    answering(after)
    const refused = await after.send({ chat: third }, id(3))
    assert.equal(codeOf(refused), 'refused')
    assert.match(messageOf(refused), /2 first messages to new people of this day are used up; nothing was sent/)
    assert.equal(after.made.questions, 0)
    assert.ok((await after.send({ chat: first }, id(4))).ok)
    await after.made.knows(third.replace('@c.us', '@s.whatsapp.net'))
    assert.ok((await after.send({ chat: third }, id(5))).ok)
    after.made.clock.skip(DAY_MS)
    assert.ok((await after.send({ chat: fourth }, id(6))).ok)
  })

  test('a number that nobody has is asked for once and counts like anybody', async () => {
    const one = await rig({ firstContactsPerDay: 2 })
    answering(one)
    one.made.nobody.add(first.replace('@c.us', '@s.whatsapp.net'))
    one.made.nobody.add(second.replace('@c.us', '@s.whatsapp.net'))
    assert.equal(codeOf(await one.send({ chat: first }, id(1))), 'noAccount')
    assert.equal(one.made.questions, 1)
    assert.equal(codeOf(await one.send({ chat: first }, id(2))), 'noAccount')
    assert.equal(one.made.questions, 1)
    assert.equal(codeOf(await one.send({ chat: second }, id(3))), 'noAccount')
    assert.equal(codeOf(await one.send({ chat: third }, id(4))), 'refused')
    assert.equal(one.made.questions, 2)
    assert.equal(await knownCheck(one.made.life, first.replace('@c.us', '')), false)
  })

  test('what a check said is not asked for again by a send', async () => {
    const one = await rig({ firstContactsPerDay: 1 })
    const draft = newDraft()
    noteCheck(one.made.life, first.replace('@c.us', ''), false, draft)
    await one.made.life.store.commit(draft)
    assert.equal(codeOf(await one.send({ chat: first }, id(1))), 'noAccount')
    assert.equal(one.made.questions, 0)
    answering(one)
    assert.ok((await one.send({ chat: second }, id(2))).ok)
  })

  test('what is counted and closed is so for the account, also by another link, and for no other account', async () => {
    const one = await rig({ firstContactsPerDay: 1 })
    answering(one)
    assert.ok((await one.send({ chat: first }, id(1))).ok)
    assert.equal(await takeCheck(one.made.life, 1), undefined)
    const lasting = new Map([...one.made.host.kept].filter(([name]) => name.startsWith(LASTING)))
    const again = await rig({ firstContactsPerDay: 1 }, new Map(lasting))
    assert.match(messageOf(await again.send({ chat: second }, id(2))), /used up/)
    assert.equal((await takeCheck(again.made.life, 1))?.fault, 'rateLimited')
    await again.standing.closed()
    assert.equal(again.made.host.count('restricted'), 1)
    const closed = new Map([...again.made.host.kept].filter(([name]) => name.startsWith(LASTING)))
    const third = await rig({}, new Map(closed))
    assert.match(messageOf(await third.send({ chat: second }, id(3))), /closed new chats/)
    // The state of the new link says so as well.
    third.standing.look()
    await until(() => third.made.host.count('restricted') === 1, 'the word of it')
    const other = await rig({ firstContactsPerDay: 1 }, closed)
    Object.assign(other.made.life.own, { pn: '79009009009@s.whatsapp.net' })
    answering(other)
    assert.ok((await other.send({ chat: second }, id(4))).ok)
  })

  test('one that is tried again counts once', async () => {
    const one = await rig({ firstContactsPerDay: 1 })
    one.made.relaying = () => Promise.reject(new TypeError('not asked'))
    assert.equal(codeOf(await one.send({ chat: first }, id(1))), 'unavailable')
    answering(one, '429')
    assert.equal(codeOf(await one.send({ chat: first }, id(1))), 'rateLimited')
    answering(one)
    assert.ok((await one.send({ chat: first }, id(1))).ok)
    assert.equal(codeOf(await one.send({ chat: third }, id(3))), 'refused')
  })

  test('463 closes new chats, durably, while those who are known are written to; nothing is tried again', async () => {
    const one = await rig()
    answering(one, '463')
    assert.match(messageOf(await one.send({ chat: first }, id(1))), /463/)
    const after = await rig({}, one.made.host.kept)
    answering(after)
    const refused = await after.send({ chat: second }, id(2))
    assert.equal(codeOf(refused), 'refused')
    assert.match(messageOf(refused), /closed new chats for this account until .*463.*nothing was sent/)
    await after.made.knows(PEER_JID)
    assert.ok((await after.send()).ok)
    assert.equal(after.made.relayed.length, 1)
    after.made.clock.skip(DAY_MS + 1_000)
    assert.ok((await after.send({ chat: second }, id(3))).ok)
  })

  test('WhatsApp says until when new chats are closed, and lifts it', async () => {
    const one = await rig()
    answering(one)
    const ends = new Date(one.made.clock.now() + 3 * DAY_MS)
    one.standing.told({ isActive: true, timeEnforcementEnds: ends })
    one.made.clock.skip(2 * DAY_MS)
    assert.match(messageOf(await one.send({ chat: first }, id(1))), new RegExp(ends.toISOString()))
    one.standing.told({ isActive: false })
    await until(() => one.made.host.count('restricted') === 2, 'the end')
    assert.ok((await one.send({ chat: first }, id(2))).ok)
  })

  test('number checks are counted one by one, and their answers known for a week', async () => {
    const { made } = await rig()
    const asked = await Promise.all([1, 2, 3].map(() => takeCheck(made.life, 2)))
    assert.deepEqual(
      asked.map((trouble) => trouble?.fault),
      [undefined, undefined, 'rateLimited'],
    )
    assert.equal(await takeCheck(made.life, 0), undefined)
    made.clock.skip(DAY_MS)
    assert.equal(await takeCheck(made.life, 2), undefined)
    const draft = newDraft()
    noteCheck(made.life, '79001', true, draft)
    noteCheck(made.life, '79002', false, draft)
    await made.life.store.commit(draft)
    const known = await Promise.all(['79001', '79002', '79003'].map((phone) => knownCheck(made.life, phone)))
    assert.deepEqual(known, [true, false, null])
    assert.equal(draft.notes.get('check|79001')?.until, made.clock.now() + 7 * DAY_MS)
  })
})
