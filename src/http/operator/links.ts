import Type, { type Static } from 'typebox'
import type { Link } from '../../instances/link-transfer.ts'
import { fault, isFault, type Fault } from '../../model/fault.ts'
import type { ChatId } from '../../model/ids.ts'
import { defineRoute, type ApiRow } from '../api/route.ts'
import * as fields from './fields.ts'
import type { OperatorCaller } from './operator-door.ts'
import type { OperatorParts } from './operator-parts.ts'

const route = defineRoute<OperatorCaller>()
const path = { ...fields.accountPath, idInstance: Type.Integer({ minimum: 1 }) }
const { Optional: optional, String: text } = Type
/** Thousands of keys and contacts fit. */
const LINK_LIMIT = 32 * 1024 * 1024

const FORMAT = 'jadegate-link-1'
const LINK = {
  format: Type.Literal(FORMAT),
  typeInstance: fields.messenger,
  account: Type.Object(
    {
      wid: text({ minLength: 1, maxLength: 100 }),
      pushName: text({ maxLength: 500 }),
      phone: text({ maxLength: 20 }),
      deviceId: text({ maxLength: 100 }),
      chat: optional(text({ maxLength: 100 })),
      hidesNumbers: optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
  /** base64, by name. */
  secrets: Type.Record(text({ maxLength: 500 }), text({ maxLength: 4_000_000 })),
}
const LINK_ANSWER = Type.Object(LINK)
type LinkText = Static<typeof LINK_ANSWER>

/** Links between servers: whoever has one is the linked device, so only the operator may. */
export function linkRoutes(parts: OperatorParts): readonly ApiRow<OperatorCaller>[] {
  const { links } = parts.business
  const common = { group: 'instances', scope: 'full', path, at: '/accounts/{id}/instances/{idInstance}/link' } as const
  return [
    route({
      ...common,
      verb: 'GET',
      summary:
        'Shows all that makes the instance the linked device, for a backup. It is as secret as the account itself.',
      answer: LINK_ANSWER,
      handle: async ({ actor }, { path: { id, idInstance } }) => {
        const instance = fields.instanceOf(parts, id, idInstance)
        return isFault(instance) ? instance : linkText(await links.copy(instance, actor))
      },
    }),
    route({
      ...common,
      verb: 'DELETE',
      summary: 'The same, and the link is gone from here; the phone stays linked, to whoever takes the link over.',
      answer: LINK_ANSWER,
      handle: async ({ actor }, { path: { id, idInstance } }) => {
        const instance = fields.instanceOf(parts, id, idInstance)
        return isFault(instance) ? instance : linkText(await links.release(instance, actor))
      },
    }),
    route({
      ...common,
      verb: 'PUT',
      summary: 'Takes a link over from another server, for an instance that is not linked.',
      body: LINK,
      bodyLimit: LINK_LIMIT,
      answer: null,
      handle: async ({ actor }, { path: { id, idInstance }, body }) => {
        const instance = fields.instanceOf(parts, id, idInstance)
        if (isFault(instance)) return instance
        const link = readLink(body)
        return isFault(link) ? link : ((await links.adopt(instance, link, actor)) ?? null)
      },
    }),
  ]
}

function linkText(link: Link | Fault): LinkText | Fault {
  if (isFault(link)) return link
  const secrets = [...link.secrets].map(([name, value]) => [name, Buffer.from(value).toString('base64')] as const)
  return {
    format: FORMAT,
    typeInstance: link.messenger,
    account: { ...link.account },
    secrets: Object.fromEntries(secrets),
  }
}

function readLink({ typeInstance, account, secrets }: LinkText): Link | Fault {
  const opened = Object.entries(secrets).map(([name, value]) => [name, Buffer.from(value, 'base64')] as const)
  if (opened.length === 0) return fault('invalid', "'secrets' must not be empty")
  const { chat, hidesNumbers, ...always } = account
  return {
    messenger: typeInstance,
    account: {
      ...always,
      ...(chat !== undefined && { chat: chat as ChatId }),
      ...(hidesNumbers !== undefined && { hidesNumbers }),
    },
    secrets: new Map(opened),
  }
}
