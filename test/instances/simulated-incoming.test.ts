// Truth: the simulated network is the witness: what a person does on a phone there arrives whole, and what is asked is asked of that person.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { buffer } from 'node:stream/consumers'
import type { Instance } from '../../src/instances/instance.ts'
import { readCall, readRecord } from '../../src/journal/record.ts'
import { STATUS_CHAT } from '../../src/model/content.ts'
import { isFault } from '../../src/model/fault.ts'
import type { ChatId, MessageId } from '../../src/model/ids.ts'
import type { Messenger } from '../../src/model/messenger.ts'
import { drain, link, newInstance, openWorld, until, type Domain, type World } from '../support/domain.ts'

const ANN = '79012000001'

let world: World
let domain: Domain

before(async () => {
  world = await openWorld()
  domain = await world.start()
})
after(() => world.close())

type Json = Record<string, unknown>
async function phone(phoneNumber: string, messenger: Messenger = 'whatsapp'): Promise<Json> {
  const [found] = (await world.simulator('GET', `phones?phone=${phoneNumber}&messenger=${messenger}`)) as Json[]
  assert.ok(found !== undefined)
  return found
}
async function says(from: string, to: string, content: object): Promise<MessageId> {
  const said = (await world.simulator('POST', 'messages', { from, to, content, messenger: 'whatsapp' })) as Json
  return said['idMessage'] as MessageId
}
const setPhone = (phoneNumber: string, messenger: Messenger, more: object) =>
  world.simulator('POST', 'phones', { phoneNumber, messenger, ...more })

test('a picture, its new caption, and its end: the bytes are here, the marks are set, each is told', async () => {
  const instance = await newInstance(domain, { incomingWebhook: 'yes', editedMessageWebhook: 'yes' })
  await instance.update({ deletedMessageWebhook: 'yes' })
  await link(world, instance, '79012000011')
  const bytes = Buffer.from('a picture')
  const sha256 = await world.upload(bytes)
  const id = await says(ANN, '79012000011', {
    kind: 'file',
    file: sha256,
    type: 'image',
    name: 'a.jpg',
    mimeType: 'image/jpeg',
  })
  await says(ANN, '79012000011', { kind: 'edit', target: id, text: 'a caption', isCaption: true })
  await says(ANN, '79012000011', { kind: 'deletion', target: id })
  await until(() => instance.mailbox.count === 3)
  const row = await instance.journal.message(`${ANN}@c.us` as ChatId, id)
  assert.deepEqual([row?.isEdited, row?.isDeleted], [true, true])
  const kinds = (await drain(instance)).map((body) => (body['messageData'] as Json)['typeMessage'])
  assert.deepEqual(kinds, ['imageMessage', 'editedMessage', 'deletedMessage'])
  await until(async () => (await domain.node.media.open(instance.id, sha256)) !== null)
  const file = await instance.openFile(sha256)
  assert.ok(!isFault(file))
  assert.deepEqual(await buffer(file.read()), bytes)
})

test('the statuses of both sides, and who has seen ours', async () => {
  const instance = await newInstance(domain, { incomingWebhook: 'yes', outgoingMessageWebhook: 'yes' })
  const own = '79012000012'
  await link(world, instance, own)
  await world.simulator('POST', 'contacts', { owner: ANN, phoneNumber: own, firstName: 'Own' })
  await world.simulator('POST', 'contacts', { owner: own, phoneNumber: ANN, firstName: 'Ann' })
  const posted = (await world.simulator('POST', 'statuses', { from: own, text: 'ours', audience: [ANN] })) as Json
  await world.simulator('POST', 'statuses', { from: ANN, text: 'theirs', audience: [own] })
  await until(async () => (await instance.journal.statuses('in', 10)).length === 1)
  const id = posted['idMessage'] as MessageId
  await until(async () => (await instance.journal.message(STATUS_CHAT, id)) !== null)
  await world.simulator('POST', 'statuses/view', { phone: ANN, id })
  await until(async () => (await instance.journal.receipts(id))[0]?.status === 'read')
  const [theirs] = await instance.journal.statuses('in', 10)
  assert.ok(theirs !== undefined)
  assert.deepEqual(readRecord(theirs).author, `${ANN}@c.us`)
  assert.deepEqual(await drain(instance), [])
})

test('a call that rings and is picked up is one call, told twice', async () => {
  const instance = await newInstance(domain, { incomingWebhook: 'yes', incomingCallWebhook: 'yes' })
  await link(world, instance, '79012000013')
  const started = (await world.simulator('POST', 'calls', { from: ANN, to: '79012000013' })) as Json
  await until(() => instance.mailbox.count === 1)
  await world.simulator('POST', 'calls/end', { id: started['idCall'], status: 'pickUp', durationS: 5 })
  await until(() => instance.mailbox.count === 2)
  assert.deepEqual(
    (await drain(instance)).map((body) => body['status']),
    ['offer', 'pickUp'],
  )
  const calls = await instance.journal.calls('in', 10)
  assert.deepEqual(
    calls.map((entry) => [entry.id, readCall(entry).status]),
    [[started['idCall'], 'pickUp']],
  )
})

test('incoming messages are read, and the account is shown online, where the settings say so', async () => {
  const instance = await newInstance(domain, { markIncomingMessagesReaded: 'yes', keepOnlineStatus: 'yes' })
  await link(world, instance, '79012000014')
  await until(async () => (await phone('79012000014'))['isPresent'] === true)
  const id = await says(ANN, '79012000014', { kind: 'text', text: 'read me' })
  await until(async () => {
    const seen = (await world.simulator('GET', `messages?phone=${ANN}&chat=79012000014`)) as Json[]
    return seen.some((message) => message['id'] === id && message['status'] === 'read')
  })
  await instance.update({ keepOnlineStatus: 'no' })
  await until(async () => (await phone('79012000014'))['isPresent'] === false)
})

test('with enableLidMode at linking persons are named by ids that hide their numbers, and go on to be after a restart', async () => {
  let instance: Instance | undefined = await newInstance(domain, { enableLidMode: 'yes' })
  await link(world, instance, '79012000015')
  await instance.update({ enableLidMode: 'no' })
  await domain.stop()
  domain = await world.start()
  instance = domain.instances.get(instance.id)
  assert.ok(instance?.linked?.hidesNumbers === true)
  await says(ANN, '79012000015', { kind: 'text', text: 'who am I' })
  const lid = String((await phone(ANN))['lid'])
  assert.match(lid, /@lid$/)
  await until(async () => (await instance.journal.ofChat(lid as ChatId, 10)).length === 1)
})

test('by a code and a password that the person has: pendingCode, pendingPassword, linked', async () => {
  const instance = await newInstance(domain, { stateWebhook: 'yes' }, 'telegram')
  const own = '79012000016'
  await setPhone(own, 'telegram', { password: 'open sesame' })
  assert.deepEqual(await instance.linking.sms(own), { ok: true })
  assert.equal(instance.state, 'pendingCode')
  const { code } = ((await phone(own, 'telegram'))['login'] as Json)['code'] as { code: string }
  const wrong = await instance.linking.answer(code === '11111' ? '22222' : '11111')
  assert.ok(isFault(wrong) && wrong.fault === 'wrongCode')
  assert.deepEqual(await instance.linking.answer(code), { ok: true })
  assert.equal(instance.state, 'pendingPassword')
  const guess = await instance.linking.answer('guess')
  assert.ok(isFault(guess) && guess.fault === 'wrongPassword')
  assert.deepEqual(await instance.linking.answer('open sesame'), { ok: true })
  await until(() => instance.state === 'authorized' && instance.isOnline)
  const states = (await drain(instance)).map((body) => body['stateInstance'])
  assert.deepEqual(states, ['pendingCode', 'pendingPassword', 'authorized'])
})

test('a passkey is asked for after the scan, and confirmed on the phone', async () => {
  const instance = await newInstance(domain)
  const own = '79012000017'
  await setPhone(own, 'whatsapp', { wantsPasskey: true })
  const qr = await instance.linking.qr()
  assert.ok(qr.kind === 'qr')
  await world.simulator('POST', 'link', { qr: qr.value, phoneNumber: own })
  await until(() => instance.linking.pending === 'passkey')
  assert.deepEqual(await instance.linking.qr(), { kind: 'passkey' })
  await world.simulator('POST', 'link', { confirmPasskey: true, phoneNumber: own })
  await until(() => instance.state === 'authorized')
})
