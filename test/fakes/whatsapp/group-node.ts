import type { Group, Network, Node } from './network.ts'
import { seconds } from './stanza.ts'

/** How a group is told to its members: by lids, each with the number that belongs to it. */
export function groupNode(network: Network, group: Group): Node {
  const owner = names(network, group.owner)
  const subjectBy = names(network, group.subjectBy)
  return {
    tag: 'group',
    attrs: {
      ...{ id: group.id.replace(/@g\.us$/, ''), subject: group.subject, addressing_mode: 'lid' },
      ...{ creation: seconds(group.createdAt), creator: owner.lid, creator_pn: owner.pn },
      ...{ s_t: seconds(group.subjectAt), s_o: subjectBy.lid, s_o_pn: subjectBy.pn, size: String(group.members.size) },
    },
    content: [
      ...settingNodes(group),
      ...(group.description === '' ? [] : [descriptionNode(network, group)]),
      ...[...group.members.keys()].map((phone) => participantNode(network, group, phone)),
    ],
  }
}

export function participantNode(network: Network, group: Group, phone: string): Node {
  const { lid, pn } = names(network, phone)
  const isAdmin = group.members.get(phone)?.isAdmin === true
  const type = phone === group.owner && isAdmin ? 'superadmin' : 'admin'
  return { tag: 'participant', attrs: { jid: lid, phone_number: pn, ...(isAdmin ? { type } : {}) } }
}

function settingNodes(group: Group): Node[] {
  return [
    ...(group.announce ? [{ tag: 'announcement', attrs: {} }] : []),
    ...(group.locked ? [{ tag: 'locked', attrs: {} }] : []),
    ...(group.ephemeralS > 0 ? [{ tag: 'ephemeral', attrs: { expiration: String(group.ephemeralS) } }] : []),
    { tag: 'member_add_mode', attrs: {}, content: Buffer.from(group.addMode) },
  ]
}

function descriptionNode(network: Network, group: Group): Node {
  const { lid, pn } = names(network, group.subjectBy)
  return {
    tag: 'description',
    attrs: {
      ...{ id: group.descriptionId ?? '', participant: lid, participant_pn: pn },
      t: seconds(group.subjectAt),
    },
    content: [{ tag: 'body', attrs: {}, content: Buffer.from(group.description) }],
  }
}

/** Both jids of an account, which need not exist any more. */
export function names(network: Network, phone: string): { readonly lid: string; readonly pn: string } {
  const account = network.accounts.get(phone)
  const pn = `${phone}@s.whatsapp.net`
  return { lid: account === undefined ? pn : `${account.lid}@lid`, pn }
}
