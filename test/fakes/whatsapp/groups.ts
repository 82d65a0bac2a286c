import { randomBytes, randomInt } from 'node:crypto'
import { groupNode, names, participantNode } from './group-node.ts'
import type { Account, Answer, Device, Group, Network, Node, QueryHandler } from './network.ts'
import { child, children, textOf } from './nodes.ts'
import { seconds, stanzaId } from './stanza.ts'

/** What the network says to a change of one member; `200` is told by no code at all. */
type MemberVerdict = '200' | '403' | '404' | '409'

const FORBIDDEN = { error: { code: 403, text: 'forbidden' } } as const
const NOT_FOUND = { error: { code: 404, text: 'item-not-found' } } as const
const NOT_AUTHORIZED = { error: { code: 401, text: 'not-authorized' } } as const
const BAD_REQUEST = { error: { code: 400, text: 'bad-request' } } as const
const NOT_ACCEPTABLE = { error: { code: 406, text: 'not-acceptable' } } as const
const CONFLICT = { error: { code: 409, text: 'conflict' } } as const
const SUBJECT_LENGTH = 100

/** What only an admin may change whatever the group's settings are. */
const SETTINGS: Readonly<Record<string, (group: Group, node: Node) => void>> = {
  announcement: (group) => (group.announce = true),
  not_announcement: (group) => (group.announce = false),
  locked: (group) => (group.locked = true),
  unlocked: (group) => (group.locked = false),
  member_add_mode: (group, node) =>
    (group.addMode = textOf(node) === 'all_member_add' ? 'all_member_add' : 'admin_add'),
}

/** The groups of the network, and the answers to `w:g2`. Group ids are whole jids. */
export class Groups implements QueryHandler {
  readonly xmlns = 'w:g2'
  /** Numbers that nobody may put into a group: they must be invited. */
  readonly mustBeInvited = new Set<string>()
  readonly #network: Network

  constructor(network: Network) {
    this.#network = network
  }

  handle(query: Node, { account }: Device): Answer {
    const [asked] = children(query)
    if (asked === undefined) return BAD_REQUEST
    const to = query.attrs['to'] ?? ''
    if (to === '@g.us') return this.#anywhere(query.attrs['type'] ?? '', asked, account)
    const group = this.#network.groups.get(to)
    if (group === undefined) return NOT_FOUND
    if (asked.tag === 'accept') return this.#accept(group, asked.attrs['code'] ?? '', account)
    if (!group.members.has(account.phone)) return FORBIDDEN
    return query.attrs['type'] === 'get' ? this.#get(group, asked, account) : this.#set(group, asked, account)
  }

  /** As a person does on the phone. */
  create(founder: Account, subject: string, phones: readonly string[]): Group {
    const now = this.#network.now()
    const group: Group = {
      ...{ id: `1203630${String(randomInt(10 ** 5, 10 ** 6))}${String(randomInt(10 ** 5, 10 ** 6))}@g.us`, subject },
      ...{ subjectBy: founder.phone, subjectAt: now, createdAt: now, owner: founder.phone, description: '' },
      ...{ announce: false, locked: false, addMode: 'all_member_add', ephemeralS: 0, inviteCode: newCode() },
      members: new Map([[founder.phone, { isAdmin: true }]]),
    }
    for (const phone of phones) if (phone !== founder.phone) group.members.set(phone, { isAdmin: false })
    this.#network.groups.set(group.id, group)
    this.#tell(group, founder, { tag: 'create', attrs: { type: 'new' }, content: [groupNode(this.#network, group)] })
    return group
  }

  /** As a person does on the phone; the same rules hold. */
  change(actor: Account, group: Group, asked: Node): Answer {
    return group.members.has(actor.phone) ? this.#set(group, asked, actor) : FORBIDDEN
  }

  leave(account: Account, group: Group): boolean {
    if (!group.members.has(account.phone)) return false
    const participant = participantNode(this.#network, group, account.phone)
    this.#tell(group, account, { tag: 'remove', attrs: {}, content: [participant] })
    group.members.delete(account.phone)
    const [heir] = group.members.values()
    if (heir !== undefined && ![...group.members.values()].some(({ isAdmin }) => isAdmin)) heir.isAdmin = true
    if (group.members.size === 0) this.#network.groups.delete(group.id)
    return true
  }

  #anywhere(type: string, asked: Node, account: Account): Answer {
    switch (asked.tag) {
      case 'create':
        return this.#found(asked, account)
      case 'participating': {
        const mine = [...this.#network.groups.values()].filter(({ members }) => members.has(account.phone))
        return [{ tag: 'groups', attrs: {}, content: mine.map((group) => groupNode(this.#network, group)) }]
      }
      case 'leave': {
        const group = this.#network.groups.get(child(asked, 'group')?.attrs['id'] ?? '')
        if (group === undefined || !this.leave(account, group)) return NOT_FOUND
        return [{ tag: 'leave', attrs: {}, content: [{ tag: 'group', attrs: { id: group.id } }] }]
      }
      case 'invite': {
        const code = asked.attrs['code'] ?? ''
        const group = [...this.#network.groups.values()].find(({ inviteCode }) => inviteCode === code)
        if (group === undefined) return NOT_ACCEPTABLE
        return type === 'get' ? [groupNode(this.#network, group)] : this.#accept(group, code, account)
      }
      default:
        return BAD_REQUEST
    }
  }

  #found(asked: Node, founder: Account): Answer {
    const subject = asked.attrs['subject'] ?? ''
    const invited = children(asked, 'participant').map(({ attrs }) => attrs['jid'] ?? '')
    if (subject === '' || subject.length > SUBJECT_LENGTH) return NOT_ACCEPTABLE
    const verdicts = invited.map((jid) => ({ jid, account: this.#network.find(jid) }))
    const members = verdicts.flatMap(({ account }) => (account === undefined ? [] : [account.phone]))
    const group = this.create(
      founder,
      subject,
      members.filter((phone) => !this.mustBeInvited.has(phone)),
    )
    const made = groupNode(this.#network, group)
    const refused = verdicts.flatMap(({ jid, account }): Node[] => {
      if (account === undefined) return [{ tag: 'participant', attrs: { jid, error: '404' } }]
      return this.mustBeInvited.has(account.phone) ? [this.#refusal(group, jid, '403')] : []
    })
    return [{ ...made, content: [...children(made), ...refused] }]
  }

  #accept(group: Group, code: string, account: Account): Answer {
    if (group.inviteCode !== code) return NOT_AUTHORIZED
    if (group.members.has(account.phone)) return CONFLICT
    group.members.set(account.phone, { isAdmin: false })
    const joined = participantNode(this.#network, group, account.phone)
    this.#tell(group, account, { tag: 'add', attrs: { reason: 'invite' }, content: [joined] })
    return [{ tag: 'group', attrs: { jid: group.id } }]
  }

  #get(group: Group, asked: Node, account: Account): Answer {
    switch (asked.tag) {
      case 'query':
        return [groupNode(this.#network, group)]
      case 'invite':
        if (!this.#isAdmin(group, account)) return NOT_AUTHORIZED
        return [{ tag: 'invite', attrs: { code: group.inviteCode } }]
      case 'membership_approval_requests':
        return [{ tag: 'membership_approval_requests', attrs: {}, content: [] }]
      default:
        return BAD_REQUEST
    }
  }

  #set(group: Group, asked: Node, account: Account): Answer {
    const isAdmin = this.#isAdmin(group, account)
    const setting = SETTINGS[asked.tag]
    if (setting !== undefined) {
      if (!isAdmin) return FORBIDDEN
      setting(group, asked)
      this.#tell(group, account, asked)
      return []
    }
    if (['add', 'remove', 'promote', 'demote'].includes(asked.tag)) return this.#changeMembers(group, asked, account)
    if (asked.tag === 'invite') {
      if (!isAdmin) return NOT_AUTHORIZED
      group.inviteCode = newCode()
      this.#tell(group, account, { tag: 'invite', attrs: { code: group.inviteCode } })
      return [{ tag: 'invite', attrs: { code: group.inviteCode } }]
    }
    if (group.locked && !isAdmin) return FORBIDDEN
    return this.#changeInfo(group, asked, account)
  }

  /** What every member may change unless the group is locked. */
  #changeInfo(group: Group, asked: Node, account: Account): Answer {
    switch (asked.tag) {
      case 'subject':
        return this.#rename(group, textOf(asked), account)
      case 'description':
        return this.#describe(group, asked, account)
      case 'ephemeral':
      case 'not_ephemeral':
        group.ephemeralS = asked.tag === 'ephemeral' ? Number(asked.attrs['expiration']) : 0
        this.#tell(group, account, asked)
        return []
      default:
        return BAD_REQUEST
    }
  }

  #rename(group: Group, subject: string, account: Account): Answer {
    if (subject === '' || subject.length > SUBJECT_LENGTH) return NOT_ACCEPTABLE
    const now = this.#network.now()
    Object.assign(group, { subject, subjectBy: account.phone, subjectAt: now })
    const { lid, pn } = names(this.#network, account.phone)
    this.#tell(group, account, { tag: 'subject', attrs: { subject, s_o: lid, s_o_pn: pn, s_t: seconds(now) } })
    return []
  }

  #describe(group: Group, asked: Node, account: Account): Answer {
    const { prev = '', id = '' } = asked.attrs
    if (prev !== (group.descriptionId ?? '')) return CONFLICT
    group.description = textOf(child(asked, 'body'))
    group.descriptionId = group.description === '' ? '' : id
    this.#tell(group, account, asked)
    return []
  }

  #changeMembers(group: Group, asked: Node, actor: Account): Answer {
    const isOpen = asked.tag === 'add' && group.addMode === 'all_member_add'
    if (!isOpen && !this.#isAdmin(group, actor)) return FORBIDDEN
    const done: string[] = []
    const verdicts = children(asked, 'participant').map(({ attrs }) => {
      const jid = attrs['jid'] ?? ''
      const verdict = this.#changeMember(group, asked.tag, this.#network.find(jid)?.phone)
      if (verdict.code === '200') done.push(verdict.phone)
      return verdict.code === '200'
        ? { ...participantNode(this.#network, group, verdict.phone), tag: 'participant' }
        : this.#refusal(group, jid, verdict.code)
    })
    if (done.length > 0) {
      const changed = done.map((phone) => participantNode(this.#network, group, phone))
      const others = asked.tag === 'remove' ? done : []
      this.#tell(group, actor, { tag: asked.tag, attrs: {}, content: changed }, others)
    }
    return [{ tag: asked.tag, attrs: {}, content: verdicts }]
  }

  #changeMember(group: Group, change: string, phone: string | undefined) {
    const verdict = (code: MemberVerdict) => ({ code, phone: phone ?? '' })
    if (phone === undefined) return verdict('404')
    const member = group.members.get(phone)
    if (change === 'add') {
      if (member !== undefined) return verdict('409')
      if (this.mustBeInvited.has(phone)) return verdict('403')
      group.members.set(phone, { isAdmin: false })
      return verdict('200')
    }
    if (member === undefined) return verdict('404')
    if (change === 'remove') group.members.delete(phone)
    else member.isAdmin = change === 'promote'
    return verdict('200')
  }

  #refusal(group: Group, jid: string, error: MemberVerdict): Node {
    const attrs = { jid, error }
    if (error !== '403') return { tag: 'participant', attrs }
    const expiration = String(Math.floor(this.#network.now() / 1000) + 3 * 86_400)
    const request = { tag: 'add_request', attrs: { code: group.inviteCode, expiration } }
    return { tag: 'participant', attrs, content: [request] }
  }

  #isAdmin(group: Group, account: Account): boolean {
    return group.members.get(account.phone)?.isAdmin === true
  }

  /** Every device of every member hears of it, and of those who just went. */
  #tell(group: Group, actor: Account, change: Node, others: readonly string[] = []): void {
    const { lid, pn } = names(this.#network, actor.phone)
    for (const phone of new Set([...group.members.keys(), ...others]))
      for (const device of this.#network.accounts.get(phone)?.devices.values() ?? [])
        this.#network.deliver(device, {
          tag: 'notification',
          attrs: {
            ...{ type: 'w:gp2', id: stanzaId(), from: group.id, notify: actor.name },
            ...{ participant: lid, participant_pn: pn, addressing_mode: 'lid' },
            t: seconds(this.#network.now()),
          },
          content: [change],
        })
  }
}

function newCode(): string {
  return randomBytes(16).toString('base64url')
}
