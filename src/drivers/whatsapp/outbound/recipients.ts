import { STATUS_CHAT } from '../../../model/content.ts'
import { fault, type Fault } from '../../../model/fault.ts'
import type { OutgoingMessage } from '../../../model/message.ts'
import type { GroupMetadata } from '../engine/engine.ts'
import { isGroup, isLid, userOf } from '../jids.ts'
import type { Life } from '../life.ts'
import type { Place } from './quotes.ts'
import { statusReaders, statusTrouble } from './statuses.ts'

/** WhatsApp's own limit for a group; what the contract says of larger ones. */
const GROUP_SIZE = 1024
const TOO_MANY = 'SWE004: the number of participants in the group has been exceeded - 300'

/** Who gets a message, and how. */
export interface Recipients extends Place {
  /** A person with whom nothing was ever exchanged. */
  readonly isFirstContact: boolean
  /** Of a status. */
  readonly readers?: readonly string[]
}

/** Looks at what this side knows alone: nothing is asked over the network but a group that was never heard of. */
export async function recipientsOf(
  life: Life,
  { chat, content, audience = [] }: OutgoingMessage,
): Promise<Recipients | Fault> {
  const jid = await life.people.jidOf(chat)
  if (chat === STATUS_CHAT) {
    const readers = await statusReaders(life, audience)
    return statusTrouble(content) ?? { chat, jid, ephemeralS: 0, isFirstContact: false, readers }
  }
  if (content.kind === 'statusText') return fault('refused', 'a status is sent to the chat of statuses alone')
  if (!isGroup(jid)) return await personIn(life, chat, jid)
  const group = await life.directory.group(jid)
  // One that couldn't be asked for now is asked for by the sending itself, which then tells why not.
  const trouble = group === null ? undefined : groupTrouble(life, group)
  return trouble ?? { chat, jid, ephemeralS: group?.ephemeralDuration ?? 0, isFirstContact: false }
}

async function personIn({ people, directory }: Life, chat: Place['chat'], jid: string): Promise<Recipients> {
  const record = await directory.chat(jid)
  const isFirstContact = record?.last === undefined && !people.isOwn(jid)
  return { chat, jid, ephemeralS: record?.ephemeralS ?? 0, isFirstContact }
}

function groupTrouble({ people }: Life, group: GroupMetadata): Fault | undefined {
  const isOwn = ({ id, lid, phoneNumber }: GroupMetadata['participants'][number]) =>
    [id, lid, phoneNumber].some((name) => name !== undefined && people.isOwn(name))
  const own = group.participants.find(isOwn)
  if (own === undefined) return fault('notInGroup', 'the account is not in this group')
  if (group.announce === true && !own.admin) return fault('refused', 'only admins may write to this group')
  return group.participants.length > GROUP_SIZE ? fault('refused', TOO_MANY) : undefined
}

/**
 * Whether there is anybody behind a person's jid. What is learnt is what sending needs next, so that a known person costs nothing and a new
 * one no more than they would. An answer that says nothing of the account itself is none.
 */
export async function personTrouble(life: Life, jid: string): Promise<Fault | undefined> {
  const self = isLid(jid) && life.own.lid !== '' ? life.own.lid : life.own.pn
  const { socket } = life
  const isOf = (of: string) => (device: { readonly user: string }) => device.user === userOf(of)
  const known = await socket.getUSyncDevices([self, jid], true, false)
  if (life.people.isOwn(jid) || known.some(isOf(jid))) return undefined
  const anew = await socket.getUSyncDevices([self, jid], false, false)
  if (anew.some(isOf(jid))) return undefined
  return anew.some(isOf(self))
    ? NO_ACCOUNT
    : fault('unavailable', 'WhatsApp did not say whether there is such an account')
}

const NO_ACCOUNT = fault('noAccount', 'the number is not on WhatsApp')
