import Type, { type Static } from 'typebox'
import { fingerprintOf, type Link } from '../../instances/link.ts'
import { fault, isFault, type Fault } from '../../model/fault.ts'
import type { ChatId } from '../../model/ids.ts'
import { defineRoute, type ApiRow } from '../api/route.ts'
import * as fields from './fields.ts'
import type { OperatorCaller } from './operator-door.ts'
import type { OperatorParts } from './operator-parts.ts'
import { readPastedToken } from './pasted-token.ts'

const route = defineRoute<OperatorCaller>()
const path = { ...fields.accountPath, idInstance: Type.Integer({ minimum: 1 }) }
const { Optional: optional, String: text, Integer: integer } = Type
/** Names and values of drivers; base64. */
const name = text({ maxLength: 500 })
const bytes = text({ maxLength: 4_000_000 })
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
  secrets: Type.Record(name, bytes),
  /** What of it loses its use with time, with the end of that, in milliseconds since 1970. */
  notes: optional(Type.Record(name, Type.Object({ value: bytes, until: integer() }, { additionalProperties: false }))),
}
const TOKEN = {
  /** As it is, or as MAX's web client keeps it: `{"token":…,"viewerId":…}`. */
  token: text({ minLength: 1, maxLength: 10_000 }),
  deviceId: optional(text({ pattern: '^[0-9A-Za-z-]{8,64}$' })),
}
const LINK_ANSWER = Type.Object(LINK)
const COPY_ANSWER = Type.Object({ link: LINK_ANSWER, fingerprint: text() })
type LinkText = Static<typeof LINK_ANSWER>

/** Links between servers: whoever has one is the linked device, so only the operator may. */
export function linkRoutes(parts: OperatorParts): readonly ApiRow<OperatorCaller>[] {
  return [...movingRoutes(parts), tokenRoute(parts)]
}

const at = '/accounts/{id}/instances/{idInstance}/link'

function movingRoutes(parts: OperatorParts): readonly ApiRow<OperatorCaller>[] {
  const { links } = parts.business
  const common = { group: 'instances', scope: 'full', path } as const
  return [
    route({
      ...common,
      verb: 'POST',
      at: `${at}/copy`,
      summary:
        'Shows all that makes the instance the linked device, which is as secret as the account itself. Its keys change with the next messages: with `holdSeconds` the instance stays offline so long, and the link can be released meanwhile.',
      body: { holdSeconds: optional(integer({ minimum: 0, maximum: 60 })) },
      answer: COPY_ANSWER,
      handle: async ({ actor }, { path: { id, idInstance }, body: { holdSeconds = 0 } }) => {
        const instance = fields.instanceOf(parts, id, idInstance)
        if (isFault(instance)) return instance
        const link = await links.copy(instance, holdSeconds * 1000, actor)
        return isFault(link) ? link : { link: linkText(link), fingerprint: fingerprintOf(link) }
      },
    }),
    route({
      ...common,
      verb: 'DELETE',
      at,
      summary:
        'The link that was copied, by its fingerprint, is gone from here; the phone stays linked, to whoever takes the copy over. 409 where it has changed since.',
      query: { fingerprint: text({ pattern: '^[0-9a-f]{64}$' }) },
      answer: null,
      handle: async ({ actor }, { path: { id, idInstance }, query: { fingerprint } }) => {
        const instance = fields.instanceOf(parts, id, idInstance)
        return isFault(instance) ? instance : ((await links.release(instance, fingerprint, actor)) ?? null)
      },
    }),
    route({
      ...common,
      verb: 'PUT',
      at,
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

function tokenRoute(parts: OperatorParts): ApiRow<OperatorCaller> {
  return route({
    ...{ group: 'instances', scope: 'full', path, verb: 'PUT', at: `${at}/token` },
    summary:
      'Links an instance that is not linked, as the device whose token this is: MAX alone. The messenger is asked whether it takes the token, which is nowhere told again.',
    body: TOKEN,
    answer: Type.Object({ wid: text(), phone: text(), name: text() }),
    handle: async ({ actor }, { path: { id, idInstance }, body }) => {
      const instance = fields.instanceOf(parts, id, idInstance)
      if (isFault(instance)) return instance
      const imported = { ...body, token: readPastedToken(body.token) }
      const account = await parts.business.links.importToken(instance, imported, actor)
      if (isFault(account)) return account
      return { wid: account.wid, phone: account.phone, name: account.pushName }
    },
  })
}

function linkText({ messenger, account, secrets, notes }: Link): LinkText {
  return {
    format: FORMAT,
    typeInstance: messenger,
    account: { ...account },
    secrets: mapped(secrets, base64),
    notes: mapped(notes, ({ value, until }) => ({ value: base64(value), until })),
  }
}

function mapped<From, To>(from: ReadonlyMap<string, From>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries([...from].map(([name, value]) => [name, map(value)]))
}

function base64(value: Uint8Array): string {
  return Buffer.from(value).toString('base64')
}

function readLink({ typeInstance, account, secrets, notes = {} }: LinkText): Link | Fault {
  const opened = Object.entries(secrets).map(([name, value]) => [name, Buffer.from(value, 'base64')] as const)
  const openedNotes = Object.entries(notes).map(
    ([name, { value, until }]) => [name, { value: Buffer.from(value, 'base64'), until }] as const,
  )
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
    notes: new Map(openedNotes),
  }
}
