import { GROUPS } from '../directory-records.ts'
import type { GroupMetadata, GroupParticipant } from '../engine/engine.ts'
import { plainJid } from '../jids.ts'

/** What is kept of a group once the network told of a change; null forgets it, so that it is asked for again. */
export function changedGroup(kept: GroupMetadata | null, told: Partial<GroupMetadata>): GroupMetadata | null {
  const whole = GROUPS.read(told)
  if (whole !== null && whole.participants.length > 0) return whole
  return kept === null ? null : GROUPS.read({ ...kept, ...defined(told) })
}

/** Members who came, went, or became something else. */
export function changedMembers(
  kept: GroupMetadata | null,
  action: string,
  members: readonly GroupParticipant[],
  isOwn: (member: GroupParticipant) => boolean,
): GroupMetadata | null {
  if (kept === null) return null
  const others = kept.participants.filter((one) => !members.some((member) => isSame(one, member)))
  switch (action) {
    case 'add':
      // Who is in it may have changed before we were.
      return members.some(isOwn) ? null : { ...kept, participants: [...others, ...members.map(plainMember)] }
    case 'remove':
      return members.some(isOwn) ? null : { ...kept, participants: others }
    case 'promote':
    case 'demote': {
      const admin = action === 'promote' ? ('admin' as const) : null
      const changed = kept.participants.map((one) =>
        members.some((member) => isSame(one, member)) ? { ...one, admin } : one,
      )
      return { ...kept, participants: changed }
    }
    default:
      return null
  }
}

function isSame(one: GroupParticipant, other: GroupParticipant): boolean {
  const names = namesOf(other)
  return namesOf(one).some((name) => names.includes(name))
}

function namesOf({ id, lid, phoneNumber }: GroupParticipant): readonly string[] {
  return [id, lid, phoneNumber].map(plainJid).filter((jid) => jid !== '')
}

function plainMember({ id, lid, phoneNumber, admin }: GroupParticipant): GroupParticipant {
  return {
    id,
    ...(lid !== undefined && { lid }),
    ...(phoneNumber !== undefined && { phoneNumber }),
    admin: admin === 'admin' || admin === 'superadmin' ? admin : null,
  }
}

function defined(told: object): object {
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined))
}
