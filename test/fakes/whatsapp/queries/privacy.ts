import { createHmac } from 'node:crypto'

import { formOf, jidOf } from '../jid.ts'
import { child, children } from '../nodes.ts'
import type { Account, Answer, Network, Node, QueryHandler } from '../network.ts'
import { seconds, stanzaId } from '../stanza.ts'

/** Who may see what, who is blocked, the default timer of chats, and the tokens by which contacts trust each other. */
export function privacyQueries(network: Network): readonly QueryHandler[] {
  return [
    {
      xmlns: 'privacy',
      handle: (query, { account }) => {
        const tokens = child(query, 'tokens')
        if (tokens !== undefined) return giveTokens(network, account, tokens)
        return query.attrs['type'] === 'get' ? [settingsNode(account)] : change(account, query)
      },
    },
    { xmlns: 'blocklist', handle: (query, { account }) => blocklist(network, query, account) },
    { xmlns: 'disappearing_mode', handle: (query, { account }) => setTimer(query, account) },
  ]
}

function settingsNode(account: Account): Node {
  const content = [...account.privacy].map(([name, value]) => ({ tag: 'category', attrs: { name, value } }))
  return { tag: 'privacy', attrs: {}, content }
}

function change(account: Account, query: Node): Answer {
  for (const { attrs } of children(child(query, 'privacy'), 'category')) {
    account.privacy.set(attrs['name'] ?? '', attrs['value'] ?? '')
  }
  return [settingsNode(account)]
}

/** The contacts get a token each, which they show when they write. */
function giveTokens(network: Network, account: Account, tokens: Node): Answer {
  for (const { attrs } of children(tokens, 'token')) {
    const jid = attrs['jid'] ?? ''
    const contact = network.find(jid)
    if (contact === undefined || contact === account) continue
    const form = formOf(jid)
    const t = attrs['t'] ?? seconds(network.now())
    const named = { jid: jidOf(contact, form), t, type: 'trusted_contact' }
    const token = { tag: 'token', attrs: named, content: tokenOf(account, contact, t) }
    for (const device of contact.devices.values()) {
      network.deliver(device, {
        tag: 'notification',
        attrs: {
          ...{ id: stanzaId(), type: 'privacy_token', from: jidOf(account, form), t: seconds(network.now()) },
          ...{ sender_lid: jidOf(account, 'lid') },
        },
        content: [{ tag: 'tokens', attrs: {}, content: [token] }],
      })
    }
  }
  return []
}

function tokenOf(from: Account, to: Account, t: string): Buffer {
  return createHmac('sha256', from.lid).update(`${to.lid} ${t}`).digest().subarray(0, 16)
}

function blocklist(network: Network, query: Node, account: Account): Answer {
  const item = child(query, 'item')
  const jid = item?.attrs['jid']
  if (item !== undefined && jid !== undefined) {
    const other = network.find(jid)
    if (other === undefined) return { error: { code: 404, text: 'item-not-found' } }
    if (item.attrs['action'] === 'block') account.blocked.add(jidOf(other, 'lid'))
    else account.blocked.delete(jidOf(other, 'lid'))
  }
  const content = [...account.blocked].map((blocked) => ({ tag: 'item', attrs: { jid: blocked } }))
  return [{ tag: 'list', attrs: { matched: 'false' }, content }]
}

function setTimer(query: Node, account: Account): Answer {
  const durationS = Number(child(query, 'disappearing_mode')?.attrs['duration'])
  if (!Number.isInteger(durationS) || durationS < 0) return { error: { code: 400, text: 'bad-request' } }
  account.disappearingS = durationS
  return []
}
