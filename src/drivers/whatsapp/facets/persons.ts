import { fault, isFault, type Fault } from '../../../model/fault.ts'
import type { ChatId } from '../../../model/ids.ts'
import { isLid, isNumber, isPerson, plainJid, userOf } from '../jids.ts'
import type { Life } from '../life.ts'
import { knownCheck, noteCheck } from '../outbound/budgets.ts'
import { keep } from './asking.ts'
import { NO_ANSWER } from './trouble.ts'

/** Takes one number check from the day's budget of an account; a fault when none is left. */
export type TakeCheck = (life: Life) => Promise<Fault | undefined>

/** International numbers, and the longest that there are. */
const PHONE = /^[1-9]\d{6,14}$/
const INVALID = fault(
  'invalid',
  'a phone number has 7 to 15 digits, with the code of its country and without zeros before it',
)

/** Whether somebody has an account, and whether it was known without asking. */
export interface Check {
  readonly exists: boolean
  readonly isRemembered: boolean
}

const KNOWN: Check = { exists: true, isRemembered: true }

/** Whether a number has an account; asks the network but once in some days, unless it is to be asked `isAnew`. */
export async function checkOf(
  life: Life,
  phone: string,
  takeCheck: TakeCheck,
  isAnew: boolean,
): Promise<Check | Fault> {
  if (!PHONE.test(phone)) return INVALID
  const pn = `${phone}@s.whatsapp.net`
  if (life.people.isOwn(pn)) return KNOWN
  const known = isAnew ? null : await knownCheck(life, phone)
  if (known !== null) return { exists: known, isRemembered: true }
  const refused = await takeCheck(life)
  if (refused !== undefined) return refused
  const answers = await life.socket.onWhatsApp(phone)
  if (answers === undefined) return NO_ANSWER
  const found = answers.find(({ exists }) => exists)
  const lid = found === undefined ? null : await lidOf(life, pn, found.jid)
  await keep(life, async (draft) => {
    if (lid !== null) await life.people.learn(lid, pn, draft)
    noteCheck(life, phone, found !== undefined, draft)
  })
  return { exists: found !== undefined, isRemembered: false }
}

/** The jid of a person who is known to exist; null when nobody is behind it. */
export async function personJid(life: Life, chat: ChatId, takeCheck: TakeCheck): Promise<string | null | Fault> {
  const jid = await life.people.jidOf(chat)
  const check = await checkOfJid(life, jid, takeCheck, false)
  if (isFault(check)) return check
  return check.exists ? jid : null
}

/** Whether somebody is behind a jid, as far as that can be told. */
export async function checkOfJid(
  life: Life,
  jid: string,
  takeCheck: TakeCheck,
  isAnew: boolean,
): Promise<Check | Fault> {
  const isPersons = isPerson(jid)
  // Whoever is behind an id that tells no number can't be asked for.
  if (isPersons && isAnew && !isLid(jid)) return checkOf(life, userOf(jid), takeCheck, true)
  if (isPersons && (await isKnown(life, jid))) return KNOWN
  if (!isPersons || isLid(jid)) return { exists: false, isRemembered: true }
  return checkOf(life, userOf(jid), takeCheck, false)
}

/** Of all that the account knows, under whatever name. */
async function isKnown({ people, directory }: Life, jid: string): Promise<boolean> {
  if (people.isOwn(jid) || (await people.namesOf(jid)).length > 1) return true
  return (await directory.contact(jid)) !== null || (await directory.chat(jid)) !== null
}

/** The engine answers a check by either name, and looks the other one up. */
async function lidOf({ socket }: Life, pn: string, told: string): Promise<string | null> {
  const plain = plainJid(told)
  if (isLid(plain)) return plain
  const lid = plainJid(await socket.signalRepository.lidMapping.getLIDForPN(pn))
  return isLid(lid) ? lid : null
}

/** The chat id that tells a number. */
export function phoneChat(phone: string): ChatId | null {
  return phone === '' ? null : (`${phone}@c.us` as ChatId)
}

/** The number as the API is told it: nobody's who is named by an id that hides it. */
export async function phoneShown({ host, people }: Life, jid: string): Promise<string> {
  return host.hidesNumbers && !isNumber(jid) ? '' : people.phoneOf(jid)
}
