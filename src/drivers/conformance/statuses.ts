import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../lib/until.ts'
import { STATUS_CHAT, type Content } from '../../model/content.ts'
import { facet, type Bench } from './bench.ts'

const TEXT: Content = { kind: 'statusText', text: 'Open again!', backgroundColor: '#87CEEB', font: 'SERIF' }

/** Statuses, which go to many and are told of each; where a messenger has none, their chat is no chat id. */
export function statuses(bench: Bench): void {
  const hasStatuses = () => bench.rig.driver.parseChatId(STATUS_CHAT) !== null

  /** The own account, and two others that have it among their contacts as it has them. */
  const acquainted = async () => {
    const own = await bench.linked()
    const peer = await bench.linked(bench.rig.phones.peer)
    const other = await bench.linked(bench.rig.phones.other)
    const name = { firstName: 'A', lastName: 'B', saveInAddressbook: true }
    const peerChat = await bench.nameOf(own, bench.rig.phones.peer)
    const otherChat = await bench.nameOf(own, bench.rig.phones.other)
    for (const chat of [peerChat, otherChat])
      assert.equal(await facet(own.session, 'contacts').add(chat, name), undefined)
    return { own, peer, other, peerChat, otherChat, ownChat: await bench.nameOf(peer, bench.rig.phones.own) }
  }

  test('the chat of statuses is one where there are such, and none where not', () => {
    if (hasStatuses()) assert.equal(bench.rig.driver.kindOf(STATUS_CHAT), 'statuses')
    else assert.equal(bench.rig.driver.parseChatId(STATUS_CHAT), null)
  })

  test('a status reaches all contacts, with its author, and each viewer is told of', async () => {
    if (!hasStatuses()) return
    const { own, peer, other, peerChat, ownChat } = await acquainted()
    const id = await bench.sent(own.session, STATUS_CHAT, TEXT)
    for (const viewer of [peer, other]) {
      const seen = await until(() => viewer.host.messages()[0], 'the status')
      assert.deepEqual([seen.id, seen.chat.id, seen.direction], [id, STATUS_CHAT, 'in'])
      assert.equal(seen.author.id, ownChat)
      assert.deepEqual(seen.content, TEXT)
    }
    const { own: ownPhone, peer: peerPhone } = bench.rig.phones
    // Each of a viewer's devices may tell of it.
    const reached = () => own.host.receipts(id).flatMap((one) => (one.status === 'delivered' ? [one.participant] : []))
    await until(() => new Set(reached()).size === 2, 'the receipts')
    await bench.rig.person.view(peerPhone, ownPhone, id)
    const read = await until(() => own.host.receipts(id).find(({ status }) => status === 'read'), 'the reading')
    assert.equal(read.participant, peerChat)
  })

  test('a status for some is seen by nobody else', async () => {
    if (!hasStatuses()) return
    const { own, peer, other, peerChat } = await acquainted()
    const id = await bench.sent(own.session, STATUS_CHAT, TEXT, { audience: [peerChat] })
    await until(() => peer.host.messages()[0], 'the status')
    const open = await bench.sent(own.session, STATUS_CHAT, TEXT)
    await until(() => other.host.messages()[0], 'the next status')
    assert.deepEqual(
      other.host.messages().map((message) => message.id),
      [open],
    )
    assert.notEqual(open, id)
  })

  test('a picture is a status as well, and a status is taken back', async () => {
    if (!hasStatuses()) return
    const { own, peer } = await acquainted()
    const picture = { name: 'a.jpg', mimeType: 'image/jpeg', caption: 'see', jpegThumbnail: '' }
    const file = own.host.keep(Buffer.from('a picture'))
    const target = await bench.sent(own.session, STATUS_CHAT, { kind: 'file', type: 'image', file, ...picture })
    await bench.sent(own.session, STATUS_CHAT, { kind: 'deletion', target, forEveryone: true })
    const [status, deletion] = await until(() => peer.host.messages().length === 2 && peer.host.messages(), 'both')
    assert.equal(status?.content.kind === 'file' && status.content.caption, 'see')
    assert.deepEqual(deletion?.content, { kind: 'deletion', target, forEveryone: true })
  })

  test('what is no status is refused there', async () => {
    if (!hasStatuses()) return
    const { session } = await bench.linked()
    const verdict = await bench.send(session, STATUS_CHAT, 'a text of a chat')
    assert.equal(!verdict.ok && verdict.fault.fault, 'refused')
  })
}
