import assert from 'node:assert/strict'
import { openScene, simulate, type Names } from '../../golden/method-scene.ts'
import { eventually, listIn, objectIn } from '../../support/road.ts'
import type { Made, TestServer } from '../../support/server.ts'
import { KEY, type Party } from './party.ts'

export const ROOM_KINDS = ['whatsapp', 'telegram'] as const
export type RoomKind = (typeof ROOM_KINDS)[number]

/** A linked instance of an account with friends, messages, a group and a file, by the names that golden files use. */
export interface Room {
  readonly made: Made
  readonly names: Names
}

/** Such an instance of each messenger; the account's mark stands in a message of either side, the group and a contact. */
export async function openRooms(server: TestServer, party: Party): Promise<Readonly<Record<RoomKind, Room>>> {
  const [whatsapp, telegram] = [await openRoom(server, party, 'whatsapp'), await openRoom(server, party, 'telegram')]
  return { whatsapp, telegram }
}

async function openRoom(server: TestServer, { full, mark }: Party, messenger: RoomKind): Promise<Room> {
  const make = async (fields?: object): Promise<Made> =>
    objectIn(await server.call('POST', `/partner/createInstance/${full.token}`, fields)) as unknown as Made
  const { made, names } = await openScene({ ...server, make }, messenger)
  const { selfPhone, friendPhone, friend, group } = names
  await simulate(server, 'contacts', {
    owner: selfPhone,
    phoneNumber: friendPhone,
    firstName: `${mark} friend`,
    messenger,
  })
  await simulate(server, 'messages', { from: friendPhone, to: selfPhone, text: `${mark} said`, messenger })
  const sent = await server.on(made, 'POST', 'sendMessage', { chatId: friend, message: `${mark} sent` }, KEY)
  const named = await server.on(made, 'POST', 'updateGroupName', { groupId: group, groupName: `${mark} group` })
  assert.deepEqual([sent.status, named.status], [200, 200], sent.text + named.text)
  await eventually(
    async () => listIn(await server.on(made, 'GET', 'lastIncomingMessages')).length >= 4,
    'all that was said has come',
  )
  const heard = objectIn(await server.on(made, 'GET', 'receiveNotification'))
  const later = objectIn(sent)['idMessage']
  const own = {
    ownGroup: group,
    receipt: heard['receiptId'],
    later,
    mistake: later,
    goneStatus: names['status'] ?? later,
  }
  return { made, names: { ...names, ...own } }
}

/** What of these names belongs to an account alone; the others are persons, of whom everybody can ask. */
export const OWN_NAMES = [
  'idInstance',
  'incoming',
  'outgoing',
  'file',
  'later',
  'mistake',
  'group',
  'ownGroup',
  'status',
  'goneStatus',
] as const

/** The same shapes, of nothing that ever was. */
export function nobodys(names: Names): Names {
  const own = OWN_NAMES.flatMap((name) => (names[name] === undefined ? [] : [[name, alike(names[name])] as const]))
  return { ...names, ...Object.fromEntries(own) }
}

/** As it begins, so that its form is the same; the rest is another. */
function alike(value: unknown): unknown {
  if (typeof value === 'number') return Number(alike(String(value)))
  const text = String(value)
  return text.slice(0, 3) + text.slice(3).replaceAll(/\d/g, '7').replaceAll(/[A-F]/g, 'B')
}
