import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { until } from '../../lib/until.ts'
import { GROUP_RIGHTS } from '../../model/chats.ts'
import type { ChatId } from '../../model/ids.ts'
import { facet, faultIn, value, type Bench, type Opened } from './bench.ts'

/** Groups: who may do what, and how messages travel in them. */
export function groups(bench: Bench): void {
  const inGroup = ({ session }: Opened) => facet(session, 'groups')

  /** A group of the own account and the peer, both linked. */
  const founded = async () => {
    const own = await bench.linked()
    const peer = await bench.linked(bench.rig.phones.peer)
    const peerChat = await bench.nameOf(own, bench.rig.phones.peer)
    const made = value(await inGroup(own).create('Friends', [peerChat], {}))
    const ownChat = await bench.nameOf(peer, bench.rig.phones.own)
    return { group: made.id, own, peer, ownChat, peerChat, otherChat: await bench.nameOf(own, bench.rig.phones.other) }
  }

  const membersOf = async (opened: Opened, group: ChatId) => {
    const { members } = value(await inGroup(opened).data(group))
    return members.map(({ id, isAdmin, isOwner }) => ({ id, isAdmin, isOwner }))
  }

  test('a new group has its founder as owner and its members; its id is a group id', async () => {
    const { group, own, ownChat, peerChat } = await founded()
    const { driver } = bench.rig
    assert.equal(driver.parseChatId(group), group)
    assert.equal(driver.kindOf(group), 'group')
    const data = value(await inGroup(own).data(group))
    assert.deepEqual([data.id, data.owner, data.subject, data.type], [group, ownChat, 'Friends', 'group'])
    assert.ok(Math.abs(data.createdAt - bench.rig.clock.now()) < 60_000)
    assert.notEqual(data.inviteLink, '')
    assert.deepEqual(
      new Set(await membersOf(own, group)),
      new Set([
        { id: ownChat, isAdmin: true, isOwner: true },
        { id: peerChat, isAdmin: false, isOwner: false },
      ]),
    )
    for (const right of GROUP_RIGHTS) assert.equal(typeof data.rights[right], 'boolean')
    const chats = value(await facet(own.session, 'chats').list())
    assert.ok(chats.some(({ id, name, type }) => id === group && name === 'Friends' && type === 'group'))
  })

  test('what a member writes reaches the others under the group, with the author', async () => {
    const { group, own, peer, peerChat, ownChat } = await founded()
    const id = await bench.sent(own.session, group, 'hello, all')
    const there = await until(() => peer.host.messages()[0], 'the message')
    assert.deepEqual([there.id, there.chat.id, there.author.id], [await bench.elsewhere(id), group, ownChat])
    assert.equal(there.chat.name, 'Friends')
    await bench.sent(peer.session, group, 'hello, you')
    const back = await until(() => own.host.messages()[0], 'the answer')
    assert.deepEqual([back.direction, back.chat.id, back.author.id], ['in', group, peerChat])
    if (bench.rig.cannot?.has('deliveries') === true) return
    await until(() => own.host.statuses(id).includes('delivered'), 'the receipt')
  })

  test('a group needs people with an account', async () => {
    const own = await bench.linked()
    const nobody = await inGroup(own).create('Nobody', [bench.chat(bench.rig.withoutAccount)], {})
    assert.equal(faultIn(nobody), 'noAccount')
  })

  test('an admin renames it, and members hear of the new name', async () => {
    const { group, own, peer } = await founded()
    assert.equal(await inGroup(own).rename(group, 'Enemies'), undefined)
    assert.equal(value(await inGroup(peer).data(group)).subject, 'Enemies')
  })

  test('members are added once and removed by an admin alone', async () => {
    const { group, own, peer, otherChat } = await founded()
    assert.equal(await inGroup(own).add(group, otherChat), undefined)
    assert.equal((await membersOf(own, group)).length, 3)
    assert.equal(faultIn(await inGroup(own).add(group, otherChat)), 'refused')
    assert.equal(faultIn(await inGroup(own).add(group, bench.chat(bench.rig.withoutAccount))), 'noAccount')
    assert.equal(faultIn(await inGroup(peer).remove(group, otherChat)), 'refused')
    assert.equal(await inGroup(own).remove(group, otherChat), undefined)
    assert.equal(faultIn(await inGroup(own).remove(group, otherChat)), 'refused')
    assert.equal((await membersOf(own, group)).length, 2)
  })

  test('whoever is made an admin may do what an admin may, until that ends', async () => {
    const { group, own, peer, peerChat, otherChat } = await founded()
    assert.equal(await inGroup(own).add(group, otherChat), undefined)
    assert.equal(await inGroup(own).setAdmin(group, peerChat, true), undefined)
    assert.deepEqual(
      (await membersOf(own, group)).find(({ id }) => id === peerChat),
      { id: peerChat, isAdmin: true, isOwner: false },
    )
    assert.equal(await inGroup(peer).remove(group, otherChat), undefined)
    assert.equal(await inGroup(own).setAdmin(group, peerChat, false), undefined)
    assert.equal(faultIn(await inGroup(peer).setAdmin(group, peerChat, true)), 'refused')
  })

  test('rights are what members may do', async () => {
    const { group, own, peer } = await founded()
    const silence = { allowParticipantsSendMessages: false }
    const canSilence = bench.rig.cannot?.has('silentMembers') !== true
    const rights = { ...(canSilence && silence), allowParticipantsEditGroupSettings: false }
    assert.equal(await inGroup(own).setRights(group, rights), undefined)
    const data = value(await inGroup(own).data(group))
    assert.deepEqual({ ...data.rights, ...rights }, data.rights)
    const verdict = await bench.send(peer.session, group, 'may I?')
    if (canSilence) assert.equal(!verdict.ok && verdict.fault.fault, 'refused')
    else assert.equal(faultIn(await inGroup(own).setRights(group, silence)), 'unsupported')
    assert.equal(verdict.ok, data.rights.allowParticipantsSendMessages)
    assert.equal(faultIn(await inGroup(peer).rename(group, 'Mine')), 'refused')
    assert.equal(faultIn(await inGroup(peer).setRights(group, { allowParticipantsEditGroupSettings: true })), 'refused')
    assert.ok((await bench.send(own.session, group, 'I may')).ok)
  })

  test('a picture is set and seen by members', async () => {
    const { group, own, peer } = await founded()
    const bytes = Buffer.from('a picture of friends')
    assert.deepEqual(value(await facet(peer.session, 'contacts').picture(group)), { kind: 'none' })
    assert.equal(await inGroup(own).setPicture(group, own.host.keep(bytes)), undefined)
    const picture = value(await facet(peer.session, 'contacts').picture(group))
    assert.ok(picture.kind === 'shown')
    const stream = value(await facet(peer.session, 'files').download(picture.file, new AbortController().signal))
    assert.ok((await buffer(stream)).equals(bytes))
    const gone = { at: 'here', sha256: 'f'.repeat(64), size: 1 } as const
    assert.equal(faultIn(await inGroup(own).setPicture(group, gone)), 'fileGone')
  })

  test('whoever left is in no such group and writes no more', async () => {
    const { group, own, peer } = await founded()
    assert.equal(await inGroup(peer).leave(group), undefined)
    assert.equal((await membersOf(own, group)).length, 1)
    assert.equal(faultIn(await inGroup(peer).data(group)), 'notFound')
    assert.equal(faultIn(await inGroup(peer).leave(group)), 'notFound')
    const verdict = await bench.send(peer.session, group, 'still here?')
    assert.equal(!verdict.ok && verdict.fault.fault, 'notInGroup')
  })

  test('a session that is not open answers nothing', async () => {
    const opened = await founded()
    await opened.own.session.disconnect()
    assert.equal(faultIn(await inGroup(opened.own).data(opened.group)), 'notConnected')
    assert.equal(
      faultIn(await inGroup(opened.own).setPicture(opened.group, opened.own.host.keep(Buffer.from('x')))),
      'notConnected',
    )
  })
}
