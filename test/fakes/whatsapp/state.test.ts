// Truth: what an unmodified engine makes of the fake's app state, history, groups, pictures, presence, calls and restrictions, and what WhatsApp is known to do.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { until } from '../../../src/lib/until.ts'
import { archived, contact } from './app-state.ts'
import { engineLoads } from './engine-client.ts'
import { names } from './group-node.ts'
import { linkDevice, type TestDevice, type TestGroup } from './test-device.ts'
import { trustFakeWhatsApp } from './trust.ts'
import { startWorld, type World } from './world.ts'

const skip = (await engineLoads()) ? false : 'the WhatsApp engine is not installed'
const OWN = '79001000001'
const PEER = '79001000002'
const OTHER = '79001000003'
const NOBODY = '79009999999'

describe('what the fake WhatsApp keeps for its people', { skip }, () => {
  let world: World
  let distrust: () => void
  let own: TestDevice
  let peer: TestDevice
  const jid = (phone: string) => names(world.network, phone).pn
  const lid = (phone: string) => names(world.network, phone).lid

  before(async () => {
    world = await startWorld()
    distrust = await trustFakeWhatsApp(world.fake)
    for (const phone of [OWN, PEER, OTHER]) world.person(phone)
    world.history.settings(OWN).messagesPerChat = 1
    await world.phone(PEER).say(OWN, 'long ago')
    await world.phone(PEER).say(OWN, 'less long ago')
    world.appState.write(world.person(OWN), 'critical_unblock_low', contact(jid(PEER), lid(PEER), 'Peter'))
    own = await linkDevice(world, OWN)
    peer = await linkDevice(world, PEER)
  })

  after(async () => {
    await own.close()
    await peer.close()
    await world.close()
    distrust()
    assert.deepEqual(world.troubles, [])
    assert.deepEqual(world.appState.complaints, [])
  })

  const flat = (device: TestDevice, name: string) => device.events(name).flat() as Readonly<Record<string, unknown>>[]

  test('a new device is brought the past of its phone, and the names of those in it', async () => {
    const sets = () => own.events('messaging-history.set') as { messages: { key: { id: string } }[]; chats: object[] }[]
    await until(() => sets().some(({ messages }) => messages.length > 0), 'the history', 15_000)
    const ids = new Set(sets().flatMap(({ messages }) => messages.map(({ key }) => key.id)))
    assert.deepEqual([...ids], [world.phone(OWN).messages()[1]?.id])
  })

  test('a new device reads the state as its phone has it: the address book and the name', async () => {
    const inHistory = () =>
      (own.events('messaging-history.set') as { contacts: object[] }[]).flatMap((set) => set.contacts)
    const named = { id: jid(PEER), name: 'Peter' }
    const isNamed = (one: object) => 'id' in one && 'name' in one && one.id === named.id && one.name === named.name
    await until(() => [...inHistory(), ...flat(own, 'contacts.upsert')].some(isNamed), 'the contact', 15_000)
    await until(() => own.name() === 'Person 0001', 'the name')
  })

  test('what a device changes its phone reads, with every mac right', async () => {
    await until(() => flat(own, 'creds.update').some(({ myAppStateKeyId }) => myAppStateKeyId), 'the keys')
    const { socket } = own
    const chat = jid(PEER)
    const [last] = world.phone(OWN).messages().slice(-1)
    assert.ok(last !== undefined)
    const key = { remoteJid: chat, id: last.id, fromMe: false }
    const lastMessages = [{ key, messageTimestamp: Math.floor(last.at / 1000) }]
    await socket.chatModify({ archive: true, lastMessages }, chat)
    await socket.chatModify({ mute: 4_000_000_000_000 }, chat)
    await socket.chatModify({ pin: true }, chat)
    await socket.chatModify({ markRead: false, lastMessages }, chat)
    await socket.chatModify({ archive: false, lastMessages }, chat)
    await socket.addOrEditContact(jid(OTHER), { fullName: 'Olga', firstName: 'Olga' })
    await socket.updateProfileName('Owner of it all')
    const { appState } = world
    const account = world.person(OWN)
    const value = (name: Parameters<typeof appState.value>[1], index: string[]) => appState.value(account, name, index)
    assert.deepEqual(value('regular_low', ['archive', chat])?.['archiveChatAction'], {
      ...(value('regular_low', ['archive', chat])?.['archiveChatAction'] as object),
      archived: false,
    })
    assert.deepEqual(value('regular_high', ['mute', chat])?.['muteAction'], {
      ...{ muted: true, muteEndTimestamp: 4_000_000_000_000 },
    })
    assert.deepEqual(value('regular_low', ['pin_v1', chat])?.['pinAction'], { pinned: true })
    const olga = value('critical_unblock_low', ['contact', jid(OTHER)])?.['contactAction']
    assert.equal((olga as { fullName?: string } | undefined)?.fullName, 'Olga')
    await socket.removeContact(jid(OTHER))
    assert.equal(value('critical_unblock_low', ['contact', jid(OTHER)]), undefined)
    assert.equal(account.name, 'Owner of it all')
    assert.deepEqual(appState.complaints, [])
  })

  test('what the phone changes its device hears of', async () => {
    const before = flat(own, 'chats.update').length
    world.appState.write(world.person(OWN), 'regular_low', archived(jid(PEER), true))
    const heard = () =>
      flat(own, 'chats.update')
        .slice(before)
        .some(({ id, archived: is }) => id === jid(PEER) && is === true)
    await until(heard, 'the archived chat')
  })

  test('a device asks its phone for what was said before', async () => {
    const chat = jid(PEER)
    const messages = world.phone(OWN).messages()
    const [first, second] = messages
    assert.ok(first !== undefined && second !== undefined)
    await own.socket.fetchMessageHistory(5, { remoteJid: chat, id: second.id, fromMe: false }, second.at)
    const answer = () =>
      (own.events('messaging-history.set') as { syncType: number; messages: { key: { id: string } }[] }[]).find(
        ({ syncType }) => syncType === 6,
      )
    const found = await until(answer, 'the answer')
    assert.deepEqual(
      found.messages.map(({ key }) => key.id),
      [first.id],
    )
  })

  test('pictures: shown, hidden, none, taken away', async () => {
    const bytes = await jpeg()
    const refusal = async (asked: Promise<unknown>) =>
      await asked.then(
        () => 0,
        (error: unknown) => (error as Refusal).data,
      )
    assert.equal(await refusal(own.socket.profilePictureUrl(jid(PEER), 'image')), 404)
    await peer.socket.updateProfilePicture(jid(PEER), bytes)
    const url = await own.socket.profilePictureUrl(lid(PEER), 'image')
    assert.match(url ?? '', /^https:\/\/.*whatsapp\.net/)
    await until(() => flat(own, 'contacts.update').some(({ imgUrl }) => imgUrl === 'changed'), 'the notification')
    world.pictures.hidden.add(PEER)
    assert.equal(await refusal(own.socket.profilePictureUrl(jid(PEER), 'image')), 401)
    world.pictures.hidden.clear()
    await peer.socket.removeProfilePicture(jid(PEER))
    assert.equal(await refusal(own.socket.profilePictureUrl(jid(PEER), 'image')), 404)
  })

  test('groups: who is in them, what admins change, and what others may not', async () => {
    const made = await own.socket.groupCreate('Friends', [jid(PEER)])
    const look = (device: TestDevice) => device.socket.groupMetadata(made.id)
    assert.equal(made.addressingMode, 'lid')
    assert.deepEqual([made.subject, made.owner, made.ownerPn], ['Friends', lid(OWN), jid(OWN)])
    assert.deepEqual(members(made), { [jid(OWN)]: 'superadmin', [jid(PEER)]: null })
    await until(() => flat(peer, 'groups.upsert').some(({ id }) => id === made.id), 'the invited one to hear')
    await own.socket.groupUpdateSubject(made.id, 'Enemies')
    await own.socket.groupUpdateDescription(made.id, 'No friends')
    await own.socket.groupUpdateDescription(made.id, 'None at all')
    await own.socket.groupSettingUpdate(made.id, 'announcement')
    await own.socket.groupSettingUpdate(made.id, 'locked')
    await own.socket.groupMemberAddMode(made.id, 'admin_add')
    await own.socket.groupToggleEphemeral(made.id, 86_400)
    const { subject, desc, announce, restrict, memberAddMode, ephemeralDuration } = await look(peer)
    assert.deepEqual(
      { subject, desc, announce, restrict, memberAddMode, ephemeralDuration },
      {
        ...{ subject: 'Enemies', desc: 'None at all', announce: true, restrict: true },
        ...{ memberAddMode: false, ephemeralDuration: 86_400 },
      },
    )
    await assert.rejects(peer.socket.groupUpdateSubject(made.id, 'Mine'), { data: 403 })
    await assert.rejects(peer.socket.groupParticipantsUpdate(made.id, [jid(OTHER)], 'add'), { data: 403 })
    await own.socket.groupSettingUpdate(made.id, 'not_announcement')
    await until(
      () => flat(peer, 'groups.update').some(({ id, announce: is }) => id === made.id && is === false),
      'the other to hear of it',
    )
  })

  test('groups: each change of a member has its own verdict', async () => {
    const { id } = await own.socket.groupCreate('Verdicts', [])
    const change = async (phone: string, action: 'add' | 'remove' | 'promote' | 'demote') =>
      (await own.socket.groupParticipantsUpdate(id, [jid(phone)], action))[0]?.status
    assert.equal(await change(PEER, 'add'), '200')
    assert.equal(await change(PEER, 'add'), '409')
    assert.equal(await change(NOBODY, 'add'), '404')
    world.groups.mustBeInvited.add(OTHER)
    assert.equal(await change(OTHER, 'add'), '403')
    world.groups.mustBeInvited.clear()
    assert.equal(await change(PEER, 'promote'), '200')
    assert.equal(members(await own.socket.groupMetadata(id))[jid(PEER)], 'admin')
    assert.equal(await change(PEER, 'demote'), '200')
    assert.equal(await change(PEER, 'remove'), '200')
    assert.equal(await change(PEER, 'remove'), '404')
    await assert.rejects(peer.socket.groupMetadata(id), { data: 403 })
  })

  test('groups: joined by a link, left, and the link renewed', async () => {
    const { id } = await own.socket.groupCreate('Open house', [])
    const code = await own.socket.groupInviteCode(id)
    assert.equal((await peer.socket.groupGetInviteInfo(code)).subject, 'Open house')
    assert.equal(await peer.socket.groupAcceptInvite(code), id)
    assert.ok(id in (await peer.socket.groupFetchAllParticipating()))
    assert.notEqual(await own.socket.groupRevokeInvite(id), code)
    await assert.rejects(peer.socket.groupGetInviteInfo(code), { data: 406 })
    await peer.socket.groupLeave(id)
    assert.deepEqual(Object.keys(members(await own.socket.groupMetadata(id))), [jid(OWN)])
    await assert.rejects(peer.socket.groupLeave(id), { data: 404 })
  })

  test('presence and typing are seen by those who look, and shown on the phone', async () => {
    await own.socket.presenceSubscribe(jid(PEER))
    await peer.socket.sendPresenceUpdate('available')
    const states = () =>
      flat(own, 'presence.update').map(({ presences }) =>
        Object.values(presences as Record<string, { lastKnownPresence: string }>).map((one) => one.lastKnownPresence),
      )
    await until(() => states().at(-1)?.[0] === 'available', 'the presence')
    await peer.socket.sendPresenceUpdate('recording', jid(OWN))
    await until(() => states().at(-1)?.[0] === 'recording', 'the typing')
    await peer.socket.sendPresenceUpdate('paused', jid(OWN))
    await until(() => world.presence.shownOn(OWN).at(-1)?.until !== null, 'the end of it')
    assert.equal(world.presence.shownOn(OWN).at(-1)?.what, 'recording')
    await peer.socket.sendPresenceUpdate('unavailable')
    await until(() => states().at(-1)?.[0] === 'unavailable', 'the end of the presence')
  })

  test('a call rings on the devices, and ends as it ended on the phones', async () => {
    const statuses = (id: string) => flat(own, 'call').flatMap((call) => (call['id'] === id ? [call['status']] : []))
    const ring = async (isVideo: boolean) => {
      const call = world.calls.ring(world.person(PEER), world.person(OWN), isVideo)
      const offer = () => flat(own, 'call').find(({ id }) => id === call.id)
      const { isVideo: is, callerPn, from } = await until(offer, 'the call')
      assert.deepEqual([is, callerPn, from], [isVideo, jid(PEER), lid(PEER)])
      return call
    }
    const answered = await ring(true)
    assert.ok(world.calls.end(answered.id, 'accepted', 42))
    await until(() => statuses(answered.id).length === 3, 'the end')
    assert.deepEqual(statuses(answered.id), ['offer', 'accept', 'terminate'])
    const unanswered = await ring(false)
    world.calls.end(unanswered.id, 'unanswered')
    await until(() => statuses(unanswered.id).at(-1) === 'timeout', 'the end')
    const refused = await ring(false)
    await own.socket.rejectCall(refused.id, lid(PEER))
    assert.deepEqual([refused.end, refused.rejectedBy !== null], ['rejected', true])
    assert.equal(world.calls.end(refused.id, 'accepted'), false)
  })

  test('who may not write to strangers hears 463, and still answers those who wrote', async () => {
    const account = world.person(OWN)
    const errors: unknown[] = []
    own.socket.ws.on('CB:ack,class:message', (node) => errors.push((node as { attrs: { error?: string } }).attrs.error))
    world.restrictions.restrict(account)
    const locked = () => flat(own, 'connection.update').some(({ reachoutTimeLock }) => isActive(reachoutTimeLock))
    await until(locked, 'the notification')
    assert.equal((await own.socket.fetchAccountReachoutTimelock()).isActive, true)
    await own.socket.sendMessage(jid(OTHER), { text: 'hello, stranger' })
    await until(() => errors.length === 1, 'the refusal')
    await world.phone(OTHER).say(OWN, 'who are you?')
    await own.socket.sendMessage(jid(OTHER), { text: 'now I may' })
    await until(() => errors.length === 2, 'the ack')
    assert.deepEqual(errors, ['463', undefined])
    world.restrictions.lift(account)
    assert.equal((await own.socket.fetchAccountReachoutTimelock()).isActive, false)
  })
})

interface Refusal {
  readonly data: number
}

function isActive(lock: unknown): boolean {
  return typeof lock === 'object' && lock !== null && 'isActive' in lock && lock.isActive === true
}

/** What each is in a group, by the number's jid. */
function members({ participants }: TestGroup): Readonly<Record<string, string | null>> {
  return Object.fromEntries(participants.map(({ phoneNumber = '', admin = null }) => [phoneNumber, admin]))
}

/** A picture that the engine takes. */
async function jpeg(): Promise<Buffer> {
  // Not a literal: the compiler must not look for a package that may be absent.
  const specifier = 'sharp' as string
  const { default: sharp } = (await import(specifier)) as {
    readonly default: (options: object) => { jpeg(): { toBuffer(): Promise<Buffer> } }
  }
  const create = { width: 64, height: 64, channels: 3, background: { r: 200, g: 30, b: 30 } }
  return sharp({ create }).jpeg().toBuffer()
}
