import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { until } from '../../lib/until.ts'
import type { ChatId } from '../../model/ids.ts'
import { facet, faultIn, value, type Bench } from './bench.ts'
import { BYSTANDERS } from './common-rig.ts'

const ANNA = { firstName: 'Anna', lastName: 'Petrova', saveInAddressbook: true }

/** Whom the account knows, and what others show of themselves. */
export function contacts(bench: Bench): void {
  const opened = async () => {
    const { session, host } = await bench.linked()
    return {
      session,
      host,
      contacts: facet(session, 'contacts'),
      chat: await bench.nameOf({ session, host }, bench.rig.phones.peer),
    }
  }

  test('who has an account is found by the number, and written to by what was found', async () => {
    const { session, contacts } = await opened()
    const { peer } = bench.rig.phones
    const found = value(await contacts.find({ phone: peer })).account
    assert.ok(found !== null)
    assert.equal(found.phone, peer)
    assert.equal(bench.rig.driver.parseChatId(found.chat), found.chat)
    assert.equal(bench.rig.driver.kindOf(found.chat), 'person')
    assert.equal(bench.rig.driver.isAlias(found.chat), false)
    const byNumber = bench.chat(peer)
    assert.equal(bench.rig.driver.isAlias(byNumber), byNumber !== found.chat)
    await bench.sent(session, found.chat, 'found you')
    assert.deepEqual(
      (await bench.rig.person.received(peer)).map(({ text }) => text),
      ['found you'],
    )
    assert.deepEqual(value(await contacts.find({ chat: found.chat })).account?.chat, found.chat)
    assert.deepEqual(value(await contacts.find({ chat: bench.chat(peer) })).account?.chat, found.chat)
  })

  test('who has no account is not found, which is an answer', async () => {
    const { contacts } = await opened()
    assert.equal(value(await contacts.find({ phone: bench.rig.withoutAccount })).account, null)
    assert.equal(value(await contacts.find({ chat: bench.chat(bench.rig.withoutAccount) })).account, null)
  })

  test('what is no number is invalid', async () => {
    const { contacts } = await opened()
    assert.equal(faultIn(await contacts.find({ phone: '12' })), 'invalid')
    assert.equal(faultIn(await contacts.find({ phone: '1'.repeat(200) })), 'invalid')
  })

  test('somebody who wrote is listed under the own name', async () => {
    const { contacts, chat } = await opened()
    const { own, peer } = bench.rig.phones
    await bench.rig.person.say(peer, own, 'hello')
    const listed = value(await contacts.list()).find(({ id }) => id === chat)
    assert.ok(listed !== undefined)
    assert.notEqual(listed.name, '')
    assert.deepEqual([listed.contactName, listed.type, listed.phone], ['', 'user', peer])
  })

  test('a contact is added once, renamed and removed, and messages bear the name meanwhile', async () => {
    const { contacts, chat, host } = await opened()
    const { own, peer } = bench.rig.phones
    const nameNow = async () => value(await contacts.list()).find(({ id }) => id === chat)?.contactName
    assert.equal(faultIn(await contacts.edit(chat, ANNA)), 'notFound')
    assert.equal(await contacts.add(chat, ANNA), undefined)
    assert.equal(await nameNow(), 'Anna Petrova')
    assert.equal(faultIn(await contacts.add(chat, ANNA)), 'conflict')
    await bench.rig.person.say(peer, own, 'do you know me?')
    const message = await until(() => host.messages()[0], 'the message')
    assert.deepEqual([message.author.contactName, message.chat.contactName], ['Anna Petrova', 'Anna Petrova'])
    assert.equal(await contacts.edit(chat, { ...ANNA, lastName: '' }), undefined)
    assert.equal(await nameNow(), 'Anna')
    assert.equal(await contacts.remove(chat), undefined)
    assert.equal((await nameNow()) ?? '', '')
    assert.equal(faultIn(await contacts.remove(chat)), 'notFound')
  })

  test('a number without an account becomes no contact', async () => {
    const { contacts } = await opened()
    assert.equal(faultIn(await contacts.add(bench.chat(bench.rig.withoutAccount), ANNA)), 'noAccount')
  })

  test('what is known of somebody is told, and of nobody nothing', async () => {
    const { contacts, chat } = await opened()
    const info = value(await contacts.info(chat))
    assert.deepEqual([info.id, info.phone, info.type], [chat, bench.rig.phones.peer, 'user'])
    if (bench.rig.cannot?.has('strangersNames') !== true) assert.notEqual(info.name, '')
    assert.deepEqual([info.picture, info.isArchived, info.isMuted, info.mutedUntil], [null, false, false, null])
    assert.equal(faultIn(await contacts.info(bench.chat(bench.rig.withoutAccount))), 'noAccount')
  })

  test('a picture is shown with its bytes, or hidden, or there is none', async () => {
    const { session, contacts, chat } = await opened()
    const { peer } = bench.rig.phones
    assert.deepEqual(value(await contacts.picture(chat)), { kind: 'none' })
    const other = await bench.linked(peer)
    const bytes = Buffer.from('a face')
    assert.equal(await facet(other.session, 'profile').setPicture(other.host.keep(bytes)), undefined)
    const picture = value(await contacts.picture(chat))
    assert.ok(picture.kind === 'shown')
    const stream = value(await facet(session, 'files').download(picture.file, new AbortController().signal))
    assert.ok((await buffer(stream)).equals(bytes))
    assert.equal(value(await contacts.info(chat)).picture?.sha256, picture.file.sha256)
    await bench.rig.person.hidePicture(peer)
    const isTold = bench.rig.cannot?.has('hiddenPictures') !== true
    assert.deepEqual(value(await contacts.picture(chat)), { kind: isTold ? 'hidden' : 'none' })
  })

  test('a session that is not open answers nothing, and a question under way ends with the session', async () => {
    const { session, contacts, chat } = await opened()
    const asked = contacts.list()
    await session.disconnect()
    assert.ok(['notConnected', undefined].includes(faultOf(await asked)))
    assert.equal(faultIn(await contacts.list()), 'notConnected')
    assert.equal(faultIn(await contacts.find({ phone: bench.rig.phones.peer })), 'notConnected')
    assert.equal(faultIn(await contacts.remove(chat)), 'notConnected')
  })

  test('many questions at once are all answered or put off, each by its own answer', async () => {
    const { contacts } = await opened()
    const answers = await Promise.all(BYSTANDERS.map((phone) => contacts.find({ phone })))
    const found = new Set<ChatId>()
    for (const [index, answer] of answers.entries()) {
      if (faultOf(answer) === 'unavailable') continue
      const { account } = value(answer)
      assert.ok(account !== null)
      assert.equal(account.phone, BYSTANDERS[index])
      found.add(account.chat)
    }
    assert.ok(found.size > 0)
    assert.equal(faultOf(await contacts.list()), undefined)
  })
}

function faultOf(answer: unknown): string | undefined {
  return typeof answer === 'object' && answer !== null && 'fault' in answer ? String(answer.fault) : undefined
}
