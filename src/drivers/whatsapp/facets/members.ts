import { fault, isFault, type Fault } from '../../../model/fault.ts'
import type { Life } from '../life.ts'

type Change = 'add' | 'remove' | 'promote' | 'demote'

const NOBODY = fault('noAccount', 'nobody with a WhatsApp account is behind it')

/** What the network says of one person, in words. */
const ADDING: Readonly<Record<string, Fault>> = {
  401: fault('refused', 'this person has blocked the account (401)'),
  403: fault('refused', 'this person must be invited: send the group’s invite link (403)'),
  404: NOBODY,
  408: fault('refused', 'this person left the group lately and must be invited (408)'),
  409: fault('refused', 'this person is a member already (409)'),
  417: fault('refused', 'this person can not be added to the group (417)'),
  500: fault('refused', 'the group is full (500)'),
}
const OTHERS: Readonly<Record<string, Fault>> = {
  404: fault('refused', 'this person is not a member (404)'),
  406: fault('refused', 'this can not be done to the owner of the group (406)'),
}

/** Changes one member of a group, and says what the network said of that one. `who`: null when nobody is behind it. */
export async function changeMember(
  life: Life,
  group: string,
  who: string | null | Fault,
  change: Change,
): Promise<Fault | undefined> {
  if (isFault(who)) return who
  if (who === null) return NOBODY
  const member = change === 'add' ? who : await memberName(life, group, who)
  const [verdict] = await life.socket.groupParticipantsUpdate(group, [member], change)
  if (verdict === undefined) return fault('unavailable', 'WhatsApp did not answer in time')
  const { status } = verdict
  if (status === '200') return undefined
  const words = change === 'add' ? ADDING : OTHERS
  return words[status] ?? fault('refused', `WhatsApp refused it (${status})`)
}

/** As the group names the person, which the network asks for. */
async function memberName({ people, directory }: Life, group: string, jid: string): Promise<string> {
  const [names, kept] = await Promise.all([people.namesOf(jid), directory.group(group)])
  const isThat = (name: string | undefined) => name !== undefined && names.includes(name)
  const member = kept?.participants.find(({ id, lid, phoneNumber }) => [id, lid, phoneNumber].some(isThat))
  return member?.id ?? jid
}
