// Truth: contract §3.1 on keepOnlineStatus, markIncomingMessagesReaded and enableLidMode. A scripted network hears what it is asked.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Instance } from '../../src/instances/instance.ts'
import { STATUS_CHAT } from '../../src/model/content.ts'
import { isFault } from '../../src/model/fault.ts'
import type { MessageId } from '../../src/model/ids.ts'
import type { Settings } from '../../src/model/settings.ts'
import { newInstance, openWorld, until, type Domain, type World } from '../support/domain.ts'
import { brought, chatOf, party, ScriptedMessenger, written } from '../support/scripted-messenger.ts'

let world: World
let domain: Domain
let phones = 79_010_000_000
const messenger = new ScriptedMessenger()
const bare = new ScriptedMessenger('v3', {}, [])

async function start(): Promise<Domain> {
  const drivers = new Map([
    ['whatsapp', messenger],
    ['v3', bare],
  ] as const)
  return world.startWith({ node: { drivers } })
}

before(async () => {
  world = await openWorld()
  domain = await start()
})
after(() => world.close())

async function linked(settings: Partial<Settings>, of = messenger): Promise<Instance> {
  const instance = await newInstance(domain, settings, of.messenger)
  await of.link(instance, String((phones += 1)))
  return instance
}

async function restarted(instance: Instance): Promise<Instance> {
  await domain.stop()
  domain = await start()
  const again = domain.instances.get(instance.id)
  assert.ok(again !== undefined)
  await until(() => again.isOnline)
  return again
}

test('presence is told when a session opens and when the setting changes, and only then', async () => {
  const instance = await linked({ keepOnlineStatus: 'yes' })
  const session = messenger.of(instance)
  assert.deepEqual(session.presence, [true])
  await instance.update({ keepOnlineStatus: 'yes', incomingWebhook: 'yes' })
  await instance.update({ keepOnlineStatus: 'no' })
  assert.deepEqual(session.presence, [true, false])
  await instance.update({ keepOnlineStatus: 'yes' })
  session.break()
  await until(() => instance.isOnline)
  assert.deepEqual(messenger.of(instance).presence, [true, false, true, true])
  const again = await restarted(instance)
  assert.deepEqual(messenger.of(again).presence, [true])
})

test('presence is nobody’s matter where the setting is off', async () => {
  const instance = await linked({})
  await instance.update({ incomingWebhook: 'yes' })
  assert.deepEqual(messenger.of(instance).presence, [])
})

test('what comes in is marked as read, one chat after the other, the latest of each; nothing else is', async () => {
  const instance = await linked({ markIncomingMessagesReaded: 'yes' })
  const session = messenger.of(instance)
  const from = (phone: string, id: string) => written(id, { chat: party(chatOf(phone)), id: id as MessageId })
  let open: () => void = () => undefined
  session.gate = new Promise((resolve) => (open = resolve))
  await session.bring(brought(from('79011000001', 'a1')))
  await until(() => session.reads.length === 1)
  await session.bring(brought(from('79011000002', 'b1')), brought(from('79011000001', 'a2')))
  await session.bring(brought(from('79011000002', 'b2')), brought(from('79011000001', 'a1')))
  await session.bring(
    brought(written('by hand', { direction: 'out' })),
    brought(written('a story', { chat: party(STATUS_CHAT) })),
    brought(written({ kind: 'edit', target: 'a1' as MessageId, text: 'x', isCaption: false })),
  )
  assert.equal(session.reads.length, 1)
  open()
  await until(() => session.reads.length === 3)
  await sleep(30)
  assert.deepEqual(session.reads, [
    [chatOf('79011000001'), 'a1'],
    [chatOf('79011000002'), 'b2'],
    [chatOf('79011000001'), 'a2'],
  ])
})

test('nothing is marked where the setting is off or says on reply, nor what comes twice', async () => {
  const off = await linked({})
  const onReply = await linked({ markIncomingMessagesReaded: 'yes', markIncomingMessagesReadedOnReply: 'yes' })
  const on = await linked({ markIncomingMessagesReaded: 'yes' })
  const twice = brought(written('twice'))
  for (const instance of [off, onReply, on]) {
    await messenger.of(instance).bring(twice)
    await messenger.of(instance).bring(twice)
  }
  await sleep(30)
  assert.deepEqual(
    [off, onReply, on].map((instance) => messenger.of(instance).reads.length),
    [0, 0, 1],
  )
})

test('hidden numbers are the link’s: what the setting said at linking holds over changes and restarts', async () => {
  let instance = await linked({ enableLidMode: 'yes' })
  const hides = () => messenger.of(instance).host.hidesNumbers
  assert.equal(hides(), true)
  await instance.update({ enableLidMode: 'no' })
  assert.equal(hides(), true)
  instance = await restarted(instance)
  assert.equal(hides(), true)
  await instance.logout()
  void instance.linking.qr()
  assert.equal(hides(), false, 'the driver asks while it links')
  await messenger.of(instance).linked('79010999999')
  await instance.update({ enableLidMode: 'yes' })
  assert.equal(hides(), false)
  instance = await restarted(instance)
  assert.equal(hides(), false)
})

test('a setting that changes while a phone is being linked does not change what the driver was told', async () => {
  const instance = await newInstance(domain, { enableLidMode: 'yes' })
  void instance.linking.qr()
  const session = messenger.of(instance)
  await instance.update({ enableLidMode: 'no' })
  assert.equal(session.host.hidesNumbers, true)
  await session.linked('79010888888')
  assert.equal(session.host.hidesNumbers, true)
  assert.equal(instance.linked?.hidesNumbers, true)
})

test('facets: unsupported where the messenger has none, else by what the instance is now', async () => {
  const code = (instance: Instance) => {
    const facet = instance.facet('chats')
    return isFault(facet) ? facet.fault : 'there'
  }
  const without = await linked({ markIncomingMessagesReaded: 'yes', keepOnlineStatus: 'yes' }, bare)
  await bare.of(without).bring(brought(written('nobody reads it')))
  assert.equal(code(without), 'unsupported')
  const fresh = await newInstance(domain)
  assert.equal(code(fresh), 'notLinked')
  const instance = await linked({})
  assert.equal(code(instance), 'there')
  messenger.of(instance).break()
  assert.equal(code(instance), 'there', 'the network itself says that it cannot be asked now')
  await instance.logout()
  assert.equal(code(instance), 'notLinked')
})
