import { STATUS_CHAT } from '../../../model/content.ts'
import { fault, type Fault } from '../../../model/fault.ts'
import type { OutgoingMessage } from '../../../model/message.ts'
import type { GroupMetadata } from '../engine/engine.ts'
import { isGroup, isLid, userOf } from '../jids.ts'
import { newDraft, type Life } from '../life.ts'
import { countFirstContact, knownCheck, noteCheck } from './budgets.ts'
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
    const trouble = statusTrouble(content, readers, audience)
    return trouble ?? { chat, jid, ephemeralS: 0, isFirstContact: false, readers }
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
 * one no more than they would. A stranger is asked for once in some days, and has been counted as a first contact before, whatever comes
 * of it: numbers that nobody has are what machines write to. `found`: told of the devices that are known then, without this one.
 */
export async function personTrouble(
  life: Life,
  { jid, isFirstContact }: Pick<Recipients, 'jid' | 'isFirstContact'>,
  firstContactsPerDay: number,
  found: (devices: readonly string[]) => void = () => undefined,
): Promise<Fault | undefined> {
  const devicesTrouble = async (isCachedGood: boolean) => {
    const known = await devicesOf(life, jid, isCachedGood)
    found(known.map((device) => device.jid))
    return troubleIn(life, jid, known)
  }
  if (life.people.isOwn(jid)) return await devicesTrouble(true)
  const phone = await life.people.phoneOf(jid)
  const checked = isFirstContact ? await knownCheck(life, phone === '' ? jid : phone) : true
  if (checked === false) return NO_ACCOUNT
  if (checked === true) {
    const trouble = await devicesTrouble(true)
    return trouble === undefined ? undefined : await devicesTrouble(false)
  }
  const counted = newDraft()
  await countFirstContact(life, jid, firstContactsPerDay, counted)
  await life.store.commit(counted)
  const trouble = await devicesTrouble(false)
  if (trouble !== undefined && trouble !== NO_ACCOUNT) return trouble
  const outcome = newDraft()
  noteCheck(life, phone === '' ? jid : phone, trouble === undefined, outcome)
  await life.store.commit(outcome)
  return trouble
}

/** An answer that says nothing of the account itself is none; with what is known already, it may be from before. */
function troubleIn(life: Life, jid: string, known: readonly { readonly user: string }[]): Fault | undefined {
  const isOf = (of: string) => (device: { readonly user: string }) => device.user === userOf(of)
  if (life.people.isOwn(jid) || known.some(isOf(jid))) return undefined
  return known.some(isOf(selfTo(life, jid))) ? NO_ACCOUNT : UNSAID
}

/** For whom a message to a person is written: the devices of both, without this one. */
export function devicesOf(life: Life, jid: string, isCachedGood: boolean) {
  return life.socket.getUSyncDevices([selfTo(life, jid), jid], isCachedGood, false)
}

/** In the form of the other's name. */
function selfTo({ own }: Life, jid: string): string {
  return isLid(jid) && own.lid !== '' ? own.lid : own.pn
}

const NO_ACCOUNT = fault('noAccount', 'the number is not on WhatsApp')
const UNSAID = fault('unavailable', 'WhatsApp did not say whether there is such an account')
