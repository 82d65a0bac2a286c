import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { GroupRights } from '../model/chats.ts'
import type { EpochMs } from '../model/ids.ts'
import type { Messenger } from '../model/messenger.ts'
import type { StoredFile } from './contents.ts'
import { newGroupId, newInviteLink } from './group-ids.ts'
import type { NetworkFile } from './network-file.ts'

export interface Group {
  readonly messenger: Messenger
  readonly id: string
  /** Digits; the owner stays in the record after leaving. */
  readonly owner: string
  readonly subject: string
  readonly subjectOwner: string
  readonly subjectAt: EpochMs
  readonly createdAt: EpochMs
  readonly description: string
  readonly inviteLink: string
  readonly rights: GroupRights
  readonly picture: StoredFile | null
  readonly ephemeralS: number
  readonly ephemeralSetAt: EpochMs
  readonly type: 'group' | 'supergroup'
}
export type GroupChange = Partial<Omit<Group, 'messenger' | 'id' | 'owner' | 'createdAt' | 'type'>>

export interface GroupMemberRow {
  readonly phone: string
  readonly isAdmin: boolean
}

export interface NewGroup {
  readonly messenger: Messenger
  readonly owner: string
  readonly subject: string
  readonly members: readonly string[]
  readonly type: Group['type']
  readonly ephemeralS: number
}

const OPEN_RIGHTS: GroupRights = {
  allowParticipantsEditGroupSettings: true,
  allowParticipantsSendMessages: true,
  allowParticipantsAddMembers: true,
  allowParticipantsPinMessages: true,
}

const COLUMNS = `messenger, id, owner, subject, subject_owner AS subjectOwner, subject_at AS subjectAt, created_at AS createdAt,
  description, invite_link AS inviteLink, rights, picture, ephemeral_s AS ephemeralS, ephemeral_set_at AS ephemeralSetAt, type`

type Row = Omit<Group, 'rights' | 'picture'> & { readonly rights: string; readonly picture: string }
type Value = string | number

/** The groups of all messengers and who is in them; what a member may do is ruled in `group-acts.ts`. */
export class Groups {
  readonly #file: NetworkFile
  readonly #clock: Clock
  readonly #random: Random
  readonly #statements

  constructor(file: NetworkFile, clock: Clock, random: Random) {
    this.#file = file
    this.#clock = clock
    this.#random = random
    this.#statements = prepare(file)
  }

  find(messenger: Messenger, id: string): Group | null {
    const row = this.#statements.find.get(messenger, id)
    return row === undefined ? null : fromRow(row)
  }

  byInviteLink(link: string): Group | null {
    const row = this.#statements.byLink.get(link)
    return row === undefined ? null : fromRow(row)
  }

  /** Of a phone, the newest first. */
  list(messenger: Messenger, phone: string): readonly Group[] {
    return this.#statements.ofPhone.all(phone, messenger).map(fromRow)
  }

  /** Digits of who is in it, in the order of joining; null when there is no such group. */
  members(messenger: Messenger, id: string): readonly string[] | null {
    const rows = this.roster(messenger, id)
    return rows.length === 0 && this.find(messenger, id) === null ? null : rows.map(({ phone }) => phone)
  }

  roster(messenger: Messenger, id: string): readonly GroupMemberRow[] {
    const rows = this.#statements.members.all(messenger, id)
    return rows.map(({ phone, is_admin }) => ({ phone, isAdmin: is_admin === 1 }))
  }

  /** Null when the phone is not in it. */
  member(messenger: Messenger, id: string, phone: string): GroupMemberRow | null {
    const row = this.#statements.member.get(messenger, id, phone)
    return row === undefined ? null : { phone: row.phone, isAdmin: row.is_admin === 1 }
  }

  /** The owner is its first member and an admin. */
  create({ messenger, owner, subject, members, type, ephemeralS }: NewGroup): Group {
    const now = this.#clock.now()
    const id = newGroupId(messenger, type, this.#random)
    const link = newInviteLink(messenger, this.#random)
    return this.#file.change(() => {
      const row = this.#statements.add.get(
        ...[messenger, id, owner, subject, owner, now, now, '', link, JSON.stringify(OPEN_RIGHTS)],
        ...['null', ephemeralS, ephemeralS === 0 ? 0 : now, type],
      )
      if (row === undefined) throw new Error('the database returned no row for a new group')
      this.#statements.join.run(messenger, id, owner, 1, now)
      for (const phone of members) this.#statements.join.run(messenger, id, phone, 0, now)
      return fromRow(row)
    })
  }

  change(group: Group, change: GroupChange): Group {
    const changed = { ...group, ...change }
    const { messenger, id, subject, subjectOwner, subjectAt, description, inviteLink } = changed
    const { rights, picture, ephemeralS, ephemeralSetAt } = changed
    this.#file.change(() =>
      this.#statements.change.run(
        ...[subject, subjectOwner, subjectAt, description, inviteLink],
        ...[JSON.stringify(rights), JSON.stringify(picture), ephemeralS, ephemeralSetAt, messenger, id],
      ),
    )
    return changed
  }

  /** The hashes of all groups' pictures, which are kept as long as they are shown. */
  pictures(): readonly string[] {
    return this.#statements.pictures.all().map(({ sha256 }) => sha256)
  }

  /** An invite that was given away opens the group no more. */
  renewInvite(group: Group): Group {
    return this.change(group, { inviteLink: newInviteLink(group.messenger, this.#random) })
  }

  /** Nothing happens to one who is in it already. */
  join(group: Group, phone: string): void {
    this.#file.change(() => this.#statements.join.run(group.messenger, group.id, phone, 0, this.#clock.now()))
  }

  setAdmin(group: Group, phone: string, isAdmin: boolean): void {
    this.#file.change(() => this.#statements.setAdmin.run(Number(isAdmin), group.messenger, group.id, phone))
  }

  leave(group: Group, phone: string): void {
    this.#file.change(() => this.#statements.leave.run(group.messenger, group.id, phone))
  }
}

function prepare(file: NetworkFile) {
  const groups = (where: string) => file.prepare<Value[], Row>(`SELECT ${COLUMNS} FROM groups WHERE ${where}`)
  const members = (where: string) =>
    file.prepare<Value[], { phone: string; is_admin: number }>(
      `SELECT phone, is_admin FROM group_members WHERE ${where} ORDER BY joined_at, is_admin DESC, phone`,
    )
  return {
    find: groups('messenger = ? AND id = ?'),
    byLink: groups('invite_link = ?'),
    ofPhone: file.prepare<Value[], Row>(
      `SELECT ${COLUMNS} FROM groups WHERE (messenger, id) IN
         (SELECT messenger, id FROM group_members WHERE phone = ? AND messenger = ?) ORDER BY no DESC`,
    ),
    members: members('messenger = ? AND id = ?'),
    member: members('messenger = ? AND id = ? AND phone = ?'),
    add: file.prepare<Value[], Row>(
      `INSERT INTO groups (messenger, id, owner, subject, subject_owner, subject_at, created_at, description, invite_link, rights,
         picture, ephemeral_s, ephemeral_set_at, type) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING ${COLUMNS}`,
    ),
    change: file.prepare<Value[]>(
      `UPDATE groups SET subject = ?, subject_owner = ?, subject_at = ?, description = ?, invite_link = ?, rights = ?, picture = ?,
         ephemeral_s = ?, ephemeral_set_at = ? WHERE messenger = ? AND id = ?`,
    ),
    pictures: file.prepare<[], { sha256: string }>(
      "SELECT json_extract(picture, '$.sha256') AS sha256 FROM groups WHERE sha256 IS NOT NULL",
    ),
    join: file.prepare<Value[]>(
      'INSERT INTO group_members (messenger, id, phone, is_admin, joined_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    ),
    setAdmin: file.prepare<Value[]>(
      'UPDATE group_members SET is_admin = ? WHERE messenger = ? AND id = ? AND phone = ?',
    ),
    leave: file.prepare<Value[]>('DELETE FROM group_members WHERE messenger = ? AND id = ? AND phone = ?'),
  }
}

/** The network wrote the JSON itself. */
function fromRow(row: Row): Group {
  const picture = JSON.parse(row.picture) as StoredFile | null
  return { ...row, rights: JSON.parse(row.rights) as GroupRights, picture }
}
