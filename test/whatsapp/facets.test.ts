// Truth: what the fake WhatsApp and its phones know after the driver was asked; the conformance suite says the rest.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { facet, faultIn, value } from '../../src/drivers/conformance/bench.ts'
import { engineIsInstalled } from '../../src/drivers/whatsapp/engine/load.ts'
import { until } from '../../src/lib/until.ts'
import { isFault } from '../../src/model/fault.ts'
import type { ChatId } from '../../src/model/ids.ts'
import { chatOf, Ground, nameOf, OTHER, OWN, PEER, type Linked } from './support/linked.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

describe('asking the fake WhatsApp', { skip, timeout: 120_000 }, () => {
  let ground: Ground
  let own: Linked

  before(async () => {
    ground = await Ground.open()
    own = await ground.linked()
  })
  after(async () => {
    await ground.close()
    assert.deepEqual(ground.world.troubles, [])
  })

  const groups = () => facet(own.session, 'groups')
  const founded = async (): Promise<ChatId> => value(await groups().create('Friends', [chatOf(PEER)], {})).id

  test('what somebody shows is told', async () => {
    ground.world.person(PEER).about = 'at the sea'
    const info = value(await facet(own.session, 'contacts').info(chatOf(PEER)))
    assert.deepEqual([info.description, info.isBusiness, info.products], ['at the sea', false, []])
  })

  test('a contact is what the phone then has, too', async () => {
    const contacts = facet(own.session, 'contacts')
    const name = { firstName: 'Ivan', lastName: 'Petrov', saveInAddressbook: true }
    assert.equal(await contacts.add(chatOf(OTHER), name), undefined)
    const { appState, network } = ground.world
    const account = network.account(OWN)
    const kept = appState.value(account, 'critical_unblock_low', ['contact', `${OTHER}@s.whatsapp.net`])
    assert.match(JSON.stringify(kept), /Ivan Petrov/)
    assert.equal(await contacts.remove(chatOf(OTHER)), undefined)
    const gone = appState.value(account, 'critical_unblock_low', ['contact', `${OTHER}@s.whatsapp.net`])
    assert.equal(gone, undefined)
    assert.deepEqual(appState.complaints, [])
  })

  test('that messages vanish is told to the other one, and to nobody who never was written to', async () => {
    const chats = facet(own.session, 'chats')
    assert.equal(faultIn(await chats.setEphemeral(chatOf(OTHER), 86_400)), 'notFound')
    const phone = ground.world.phone(PEER)
    await phone.say(OWN, 'hello')
    await until(() => own.host.messages().length > 0, 'the message')
    const before = phone.tally.received
    assert.equal(await chats.setEphemeral(chatOf(PEER), 86_400), undefined)
    await until(() => phone.tally.received === before + 1, 'the phone to be told')
    assert.equal(phone.tally.unreadable, 0)
    ground.world.network.faults.ackErrors.set('*', { code: '406', times: 1 })
    assert.equal(faultIn(await chats.setEphemeral(chatOf(PEER), 0)), 'refused')
    const listed = value(await chats.list()).find(({ id }) => id === chatOf(PEER))
    assert.equal(listed?.ephemeralS, 86_400)
  })

  test('who must be invited is not added, and it is said why', async () => {
    const group = await founded()
    ground.world.groups.mustBeInvited.add(OTHER)
    const refusal = await groups().add(group, chatOf(OTHER))
    ground.world.groups.mustBeInvited.clear()
    assert.ok(isFault(refusal))
    assert.equal(refusal.fault, 'refused')
    assert.match(refusal.message, /invite.*403/)
    const again = await groups().add(group, chatOf(PEER))
    assert.match(isFault(again) ? again.message : '', /409/)
  })

  test('members have names and numbers, and the link is the group’s own', async () => {
    const group = await founded()
    await ground.world.phone(PEER).say(group, 'hello')
    const author = await until(() => own.host.messages().find(({ chat }) => chat.id === group)?.author, 'the message')
    const data = value(await groups().data(group))
    const peer = data.members.find(({ phone }) => phone === PEER)
    assert.deepEqual([peer?.id, peer?.name], [chatOf(PEER), author.name])
    const code = ground.world.network.groups.get(group)?.inviteCode
    assert.equal(data.inviteLink, `https://chat.whatsapp.com/${code ?? ''}`)
  })

  test('every right that the network has is set and shown', async () => {
    const group = await founded()
    assert.equal(await groups().setRights(group, { allowParticipantsAddMembers: false }), undefined)
    assert.equal(ground.world.network.groups.get(group)?.addMode, 'admin_add')
    assert.equal(value(await groups().data(group)).rights.allowParticipantsAddMembers, false)
    assert.equal(await groups().setRights(group, { allowParticipantsAddMembers: true }), undefined)
    assert.equal(value(await groups().data(group)).rights.allowParticipantsAddMembers, true)
    assert.equal(faultIn(await groups().setRights(group, { allowParticipantsPinMessages: false })), 'unsupported')
  })

  test('what is no group, or none of ours, is not found', async () => {
    for (const group of ['120363000000000000@g.us' as ChatId, chatOf(PEER)]) {
      assert.equal(faultIn(await groups().data(group)), 'notFound', group)
      assert.equal(faultIn(await groups().rename(group, 'Mine')), 'notFound', group)
      assert.equal(faultIn(await groups().leave(group)), 'notFound', group)
    }
  })

  test('a silent network is waited for so long, and no longer', async () => {
    const { faults } = ground.world.network
    faults.silent = true
    const asked = [
      facet(own.session, 'groups').data('120363000000000000@g.us' as ChatId),
      facet(own.session, 'contacts').picture(chatOf(PEER)),
      facet(own.session, 'profile').picture(),
    ]
    await until(() => {
      ground.clock.skip(31_000)
      return true
    }, 'the time')
    const answers = await Promise.all(asked)
    faults.silent = false
    for (const answer of answers) assert.equal(faultIn(answer), 'unavailable')
  })

  test('a question under way ends with the session', async () => {
    const { faults } = ground.world.network
    const other = await ground.linked(OTHER)
    faults.silent = true
    const asked = facet(other.session, 'groups').data('120363000000000000@g.us' as ChatId)
    await other.session.disconnect()
    faults.silent = false
    assert.equal(faultIn(await asked), 'notConnected')
  })

  test('who hides numbers is told none of a group’s members either', async () => {
    const hiding = await ground.linked(OTHER, { hidesNumbers: true })
    const peer = await nameOf(hiding, PEER)
    const made = value(await facet(hiding.session, 'groups').create('Hidden', [peer], {}))
    const data = value(await facet(hiding.session, 'groups').data(made.id))
    assert.ok(data.members.some(({ id }) => id === peer))
    for (const { id, phone } of data.members) assert.deepEqual([id.endsWith('@lid'), phone], [true, ''])
    assert.ok(data.owner.endsWith('@lid'))
  })
})

describe('a budget of number checks', { skip, timeout: 60_000 }, () => {
  test('what is known is not asked for, what is too much is refused, and the next day begins anew', async (t) => {
    const ground = await Ground.open({ checksPerDay: 2 })
    t.after(() => ground.close())
    // No midnight of UTC+3, by which days are counted, comes in between.
    ground.clock.skip(DAY_MS - ((ground.clock.now() + 3 * HOUR_MS) % DAY_MS))
    const { session } = await ground.linked()
    const contacts = facet(session, 'contacts')
    const strangers = ['79005550001', '79005550002', '79005550003', '79005550004']
    for (const phone of strangers) ground.world.person(phone)
    const [first = '', second = '', third = '', fourth = ''] = strangers
    assert.equal(value(await contacts.find({ phone: first })).account?.phone, first)
    assert.equal(value(await contacts.find({ phone: '79001230000' })).account, null)
    assert.equal(faultIn(await contacts.find({ phone: second })), 'rateLimited')
    // A picture would tell as much of a number that the account has nothing to do with.
    assert.equal(faultIn(await contacts.picture(chatOf(second))), 'rateLimited')
    assert.deepEqual(value(await contacts.picture(chatOf(first))), { kind: 'none' })
    assert.deepEqual(value(await contacts.picture(chatOf('79001230000'))), { kind: 'none' })
    assert.equal(
      faultIn(await contacts.add(chatOf(third), { firstName: 'A', lastName: '', saveInAddressbook: false })),
      'rateLimited',
    )
    assert.equal(value(await contacts.find({ phone: first })).account?.phone, first)
    assert.equal(value(await contacts.find({ phone: '79001230000' })).account, null)
    assert.equal(value(await contacts.find({ phone: first })).isRemembered, true)
    assert.equal(faultIn(await contacts.find({ phone: first }, true)), 'rateLimited')
    // What is in the works for a day is taken for stuck.
    await until(() => ground.world.statistics.summary().unacknowledged === 0, 'what the phone told at the linking')
    ground.clock.skip(DAY_MS)
    assert.equal(value(await contacts.find({ phone: fourth })).account?.phone, fourth)
    assert.equal(value(await contacts.find({ phone: first }, true)).isRemembered, false)
  })
})
