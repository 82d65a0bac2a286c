import Type, { type Static, type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Route } from '../control.ts'
import { phoneOf } from './app-state.ts'
import { Flood } from './flood.ts'
import { groupNode } from './group-node.ts'
import type { Device, Node } from './network.ts'
import type { Seen } from './virtual-phone.ts'
import type { World } from './world.ts'

const Phone = Type.String({ pattern: '^[0-9]{5,16}$' })
const Chat = Type.String({ minLength: 1, maxLength: 100 })
const Times = Type.Integer({ minimum: -1 })
const Count = Type.Integer({ minimum: 0, maximum: 10_000_000 })
const optional = Type.Optional

const Account = Type.Object(
  {
    phone: Phone,
    name: optional(Type.String()),
    wantsPasskey: optional(Type.Boolean()),
    hidesPicture: optional(Type.Boolean()),
    mustBeInvited: optional(Type.Boolean()),
    /** Whether first contacts are refused with 463. */
    firstContactsRefused: optional(Type.Boolean()),
    history: optional(
      Type.Partial(
        Type.Object({
          isSilent: Type.Boolean(),
          isInline: Type.Boolean(),
          naming: Type.Union([Type.Literal('pn'), Type.Literal('lid')]),
          messagesPerChat: Count,
        }),
      ),
    ),
    settings: optional(
      Type.Partial(
        Type.Object({
          addressing: Type.Union([Type.Literal('pn'), Type.Literal('lid')]),
          answersReceipts: Type.Boolean(),
          answersRetries: Type.Boolean(),
          asksAgain: Type.Boolean(),
          failsToRead: Count,
          spoils: Count,
          fetchesFiles: Type.Boolean(),
          keepsMessages: Type.Boolean(),
          keeps: Count,
        }),
      ),
    ),
  },
  { additionalProperties: false },
)

const Faults = Type.Partial(
  Type.Object({
    silent: Type.Boolean(),
    loseAcks: Count,
    duplicate: Type.Boolean(),
    reorder: Count,
    corrupt: Count,
    failure: Type.Union([Type.Null(), Type.Object({ reason: Type.String(), times: Times })]),
    ackErrors: Type.Array(Type.Object({ chat: Chat, code: Type.String(), times: Times })),
    /** Right before or after the n-th stanza with this tag, either way. */
    cut: Type.Union([
      Type.Null(),
      Type.Object({
        when: Type.Union([Type.Literal('before'), Type.Literal('after')]),
        tag: Type.String(),
        times: Type.Integer({ minimum: 1 }),
      }),
    ]),
  }),
)

const List = Type.Union([Phone, Type.Array(Phone, { minItems: 1 })])
const FloodBody = Type.Object({
  ...{ from: List, to: List, count: Count, perSecond: Type.Number({ minimum: 0 }) },
  length: optional(Type.Integer({ minimum: 0, maximum: 60_000 })),
})

/** What can be asked of a fake WhatsApp over HTTP, by method and path. */
export function controlRoutes(world: World): ReadonlyMap<string, Route> {
  return new Map([...accountRoutes(world), ...wordRoutes(world), ...troubleRoutes(world), ...floodRoutes(world)])
}

function accountRoutes(world: World): [string, Route][] {
  const { fake, network } = world
  return [
    ['POST /accounts', route(Account, (body) => describe(world, changeAccount(world, body)))],
    ['GET /accounts', () => [...network.accounts.keys()].map((phone) => describe(world, phone))],
    [
      'POST /scan',
      route(Type.Object({ phone: Phone, qr: Type.String() }), async ({ phone, qr }) => {
        world.person(phone)
        return { outcome: await fake.scan(phone, qr) }
      }),
    ],
    [
      'POST /code',
      route(Type.Object({ phone: Phone, code: Type.String() }), async ({ phone, code }) => {
        world.person(phone)
        return { outcome: await fake.enterCode(phone, code) }
      }),
    ],
    ['POST /passkey', route(Type.Object({ phone: Phone }), ({ phone }) => fake.confirmPasskey(phone))],
    [
      'POST /unlink',
      route(Type.Object({ phone: Phone, device: optional(Type.Integer()) }), ({ phone, device }) => {
        const there = devicesOf(world, phone).filter(({ id }) => device === undefined || id === device)
        for (const { id } of there) fake.unlink(phone, id)
        return { devices: there.map(({ id }) => id) }
      }),
    ],
  ]
}

function wordRoutes(world: World): [string, Route][] {
  const { network, calls } = world
  return [
    [
      'POST /say',
      route(Type.Object({ from: Phone, to: Chat, text: Type.String() }), async ({ from, to, text }) => ({
        id: await world.phone(from).say(to, text),
      })),
    ],
    [
      'POST /read',
      route(
        Type.Object({ phone: Phone, chat: Chat, upTo: optional(Type.String()) }),
        async ({ phone, chat, upTo }) => ({
          count: await world.phone(phone).read(chat, upTo),
        }),
      ),
    ],
    [
      'GET /received',
      route(Type.Object({ phone: Phone }), ({ phone }) => world.phone(phone).messages().filter(isIn).map(show)),
    ],
    [
      'POST /groups',
      route(Type.Object({ founder: Phone, subject: Type.String(), members: Type.Array(Phone) }), (body) => {
        for (const phone of body.members) world.person(phone)
        const group = world.groups.create(world.person(body.founder), body.subject, body.members)
        return { id: group.id, node: groupNode(network, group) }
      }),
    ],
    [
      'POST /call',
      route(Type.Object({ from: Phone, to: Phone, isVideo: optional(Type.Boolean()) }), ({ from, to, isVideo }) => ({
        id: calls.ring(world.person(from), world.person(to), isVideo ?? false).id,
      })),
    ],
    [
      'POST /calls/end',
      route(
        Type.Object({
          id: Type.String(),
          how: Type.Union([
            Type.Literal('accepted'),
            Type.Literal('rejected'),
            Type.Literal('given up'),
            Type.Literal('unanswered'),
          ]),
          durationS: optional(Count),
        }),
        ({ id, how, durationS }) => ({ ended: calls.end(id, how, durationS) }),
      ),
    ],
  ]
}

function troubleRoutes(world: World): [string, Route][] {
  return [
    ['POST /faults', route(Faults, (body) => applyFaults(world, body))],
    [
      'POST /drop',
      route(Type.Object({ phone: optional(Phone), code: optional(Type.String()) }), ({ phone, code }) => {
        const phones = phone === undefined ? [...world.network.accounts.keys()] : [phone]
        const open = phones.flatMap((one) => devicesOf(world, one)).filter(({ connection }) => connection !== null)
        for (const { connection } of open) connection?.close(code === undefined ? undefined : { code })
        return { count: open.length }
      }),
    ],
    ['GET /statistics', () => ({ ...world.statistics.summary(), troubles: world.troubles.slice(-20) })],
    ['GET /logins', () => world.statistics.logins()],
    ['GET /app-state', () => ({ complaints: world.appState.complaints, changes: world.appState.changes.slice(-1000) })],
  ]
}

function floodRoutes(world: World): [string, Route][] {
  const floods: Flood[] = []
  const known = (id: number) => {
    const flood = floods[id]
    if (flood === undefined) throw new Error(`there is no flood ${String(id)}`)
    return flood
  }
  const show = (id: number) => {
    const { ids, troubles, startedAt, endedAt, options } = known(id)
    return { id, sent: ids.length, count: options.count, startedAt, endedAt, troubles: troubles.slice(-5) }
  }
  const One = Type.Object({ id: Type.Union([Type.Integer(), Type.String({ pattern: '^[0-9]+$' })]) })
  return [
    [
      'POST /flood',
      route(FloodBody, ({ from, to, count, perSecond, length = 0 }) => {
        for (const phone of [from, to].flat()) world.person(phone)
        const flood = new Flood(world.network, { from: [from].flat(), to: [to].flat(), count, perSecond, length })
        floods.push(flood)
        void flood.run()
        return show(floods.length - 1)
      }),
    ],
    ['GET /flood', route(One, ({ id }) => show(Number(id)))],
    ['GET /flood/ids', route(One, ({ id }) => known(Number(id)).ids)],
    [
      'POST /flood/stop',
      route(One, ({ id }) => {
        known(Number(id)).stop()
        return show(Number(id))
      }),
    ],
  ]
}

function changeAccount(world: World, body: Static<typeof Account>): string {
  const { phone, name, wantsPasskey, hidesPicture, mustBeInvited, firstContactsRefused, history, settings } = body
  const account = world.person(phone, name)
  if (wantsPasskey !== undefined) account.wantsPasskey = wantsPasskey
  if (hidesPicture !== undefined) world.pictures.hidden[hidesPicture ? 'add' : 'delete'](phone)
  if (mustBeInvited !== undefined) world.groups.mustBeInvited[mustBeInvited ? 'add' : 'delete'](phone)
  if (firstContactsRefused !== undefined) world.restrictions[firstContactsRefused ? 'restrict' : 'lift'](account)
  if (history !== undefined) Object.assign(world.history.settings(phone), history)
  if (settings !== undefined) Object.assign(phoneOf(account).settings, settings)
  return phone
}

function applyFaults({ network }: World, { ackErrors, cut, ...plain }: Static<typeof Faults>): object {
  const { faults } = network
  Object.assign(faults, plain)
  if (ackErrors !== undefined) {
    faults.ackErrors.clear()
    for (const { chat, code, times } of ackErrors) faults.ackErrors.set(chat, { code, times })
  }
  if (cut === null) faults.cut = null
  else if (cut !== undefined) {
    const { when, tag, times } = cut
    faults.cut = { when, times, matches: (stanza: Node) => stanza.tag === tag }
  }
  return {}
}

function describe({ network }: World, phone: string): object {
  const { lid, name, devices } = network.account(phone)
  const shown = [...devices.values()].map(({ id, connection }) => ({ id, isConnected: connection !== null }))
  return { phone, lid, name, devices: shown }
}

function devicesOf({ network }: World, phone: string): Device[] {
  return [...(network.accounts.get(phone)?.devices.values() ?? [])]
}

function isIn({ isOwn }: Seen): boolean {
  return !isOwn
}

function show({ id, chat, author, at, content }: Seen): object {
  return { id, chat, author, at, text: content.kind === 'text' ? content.text : '', kind: content.kind }
}

function route<Schema extends TSchema>(schema: Schema, run: (body: Static<Schema>) => unknown): Route {
  const validator = Compile(schema)
  return (body) => {
    if (!validator.Check(body)) {
      const [first] = validator.Errors(body)
      throw new Error(`${first?.instancePath ?? ''} ${first?.message ?? 'is not what it should be'}`.trim())
    }
    return run(body)
  }
}
