import Type, { type Static, type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Route } from '../control.ts'
import type { Message } from './model.ts'
import type { FakeMax } from './server.ts'

const Phone = Type.String({ pattern: '^[0-9]{10,15}$' })
/** A number, or a group's id. */
const To = Type.String({ pattern: '^(?:[0-9]{10,15}|-[0-9]{1,18})$' })
const Id = Type.String({ pattern: '^-?[0-9]{1,19}$' })
const Opcode = Type.Integer({ minimum: 0, maximum: 65_535 })
const Times = Type.Integer({ minimum: -1 })
const Count = Type.Integer({ minimum: 0, maximum: 10_000_000 })
const optional = Type.Optional
const oneOf = <Names extends string[]>(...names: [...Names]) => Type.Union(names.map((name) => Type.Literal(name)))

const Deed = Type.Object({ phone: Phone, to: To })
const Person = Type.Object({
  phone: Phone,
  name: optional(Type.String()),
  password: optional(Type.Union([Type.Null(), Type.String()])),
  hidesPhone: optional(Type.Boolean()),
  hidesPicture: optional(Type.Boolean()),
})
const Say = Type.Object({
  ...{ phone: Phone, to: To, text: Type.String(), replyTo: optional(Id) },
  file: optional(
    Type.Object({
      kind: oneOf('photo', 'file', 'video', 'audio'),
      base64: Type.String(),
      name: optional(Type.String()),
      mimeType: optional(Type.String()),
    }),
  ),
})
const Flood = Type.Object({ from: Type.Array(Phone, { minItems: 1 }), to: To, count: Count, text: Type.String() })
const Refusals = Type.Array(Type.Object({ opcode: Opcode, code: Type.String(), times: Times, phone: optional(Phone) }))
const Faults = Type.Partial(
  Type.Object({
    cut: Type.Union([
      Type.Null(),
      Type.Object({
        ...{ of: oneOf('request', 'push'), opcode: Opcode, when: oneOf('before', 'after') },
        ...{ skip: Count, times: Count, phone: optional(Phone) },
      }),
    ]),
    refusals: Refusals,
    silences: Type.Array(Type.Object({ opcode: Opcode, times: Times, phone: optional(Phone) })),
    delays: Type.Array(Type.Object({ opcode: Opcode, ms: Count })),
    duplicate: Type.Boolean(),
    reorder: Count,
    spoil: Type.Union([
      Type.Null(),
      Type.Object({ how: oneOf('zstd', 'noise', 'short', 'text', 'bomb'), times: Count }),
    ]),
    uploadsNotReady: Count,
    uploadStatus: Type.Union([Type.Null(), Type.Integer({ minimum: 100, maximum: 599 })]),
    neverReady: Type.Boolean(),
    refusesVersions: Type.Boolean(),
  }),
)
const Limit = Type.Object({ count: Count, withinMs: Count })
const Settings = Type.Partial(
  Type.Object(
    {
      ...{ minimumVersion: Type.String(), trackMs: Count, pollingMs: Count, linkingEnds: oneOf('asked', 'pushed') },
      ...{ wrongPassword: oneOf('answer', 'error'), refusesPlainIds: Type.Boolean() },
      ...{ redelivers: oneOf('told', 'all', 'none'), secondSocket: oneOf('beside', 'replaces') },
      ...{ tellsRemovals: oneOf('message', 'list'), readyAfterMs: Count, loginLimit: Limit, lookUpLimit: Limit },
      ...{ editableMs: Count, cidMemoryMs: Count, idleMs: Count, pingMs: Count, firstPushSeq: Opcode },
      ...{ tokenAgesMs: Count },
    },
    { additionalProperties: false },
  ),
)

/** By verb and path. What is done by a person has the person's number as `phone`, and `to` whom: a number or a group's id. */
export function controlRoutes(fake: FakeMax): ReadonlyMap<string, Route> {
  return new Map([...accountRoutes(fake), ...deedRoutes(fake), ...troubleRoutes(fake), ...lookRoutes(fake)])
}

function accountRoutes(fake: FakeMax): [string, Route][] {
  const Scan = Type.Object({ phone: Phone, qr: Type.String() })
  const Unlink = Type.Object({ phone: Phone, how: optional(oneOf('told', 'silently')) })
  return [
    route('POST /person', Person, ({ phone, name, password, hidesPhone, hidesPicture }) => {
      const who = fake.person(phone)
      if (name !== undefined) who.setName(name)
      if (password !== undefined) who.setPassword(password)
      who.person.hidesPhone = hidesPhone ?? who.person.hidesPhone
      who.person.hidesPicture = hidesPicture ?? who.person.hidesPicture
      return { id: who.person.id }
    }),
    route('POST /scan', Scan, async ({ phone, qr }) => ({ end: await fake.scan(phone, qr) })),
    route('POST /token', Type.Object({ phone: Phone }), ({ phone }) => ({ token: fake.issueToken(phone) })),
    route('POST /unlink', Unlink, ({ phone, how }) => fake.revoke(phone, how)),
    route('POST /expire', Type.Object({}), () => fake.expireTracks()),
  ]
}

function deedRoutes(fake: FakeMax): [string, Route][] {
  const Read = Type.Object({ ...Deed.properties, id: optional(Id) })
  const Edit = Type.Object({ ...Deed.properties, id: Id, text: Type.String() })
  const Remove = Type.Object({ ...Deed.properties, ids: Type.Array(Id, { minItems: 1 }) })
  const React = Type.Object({ ...Deed.properties, id: Id, emoji: Type.Union([Type.Null(), Type.String()]) })
  const Typing = Type.Object({ ...Deed.properties, type: optional(Type.String()) })
  const Group = Type.Object({ phone: Phone, title: Type.String(), phones: Type.Array(Phone) })
  const Members = Type.Object({ phone: Phone, group: Id, phones: Type.Array(Phone), how: oneOf('add', 'remove') })
  const Leave = Type.Object({ phone: Phone, group: Id })
  return [
    route('POST /say', Say, ({ phone, to, text, replyTo, file }) => {
      const sent = file && { ...file, bytes: Buffer.from(file.base64, 'base64') }
      const reply = replyTo === undefined ? {} : { replyTo: BigInt(replyTo) }
      return { id: fake.person(phone).say(to, { text, ...(sent && { file: sent }), ...reply }).id }
    }),
    route('POST /flood', Flood, ({ from, to, count, text }) => {
      const ids: bigint[] = []
      for (let n = 0; n < count; n += 1)
        ids.push(fake.person(from[n % from.length] ?? '').say(to, `${text} ${n + 1}`).id)
      return { ids }
    }),
    route('POST /read', Read, ({ phone, to, id }) => fake.person(phone).read(to, idOf(id))),
    route('POST /edit', Edit, ({ phone, to, id, text }) => ({ id: fake.person(phone).edit(to, BigInt(id), text).id })),
    route('POST /remove', Remove, ({ phone, to, ids }) => fake.person(phone).remove(to, ids.map(BigInt))),
    route('POST /react', React, ({ phone, to, id, emoji }) => fake.person(phone).react(to, BigInt(id), emoji)),
    route('POST /type', Typing, ({ phone, to, type }) => fake.person(phone).type(to, type)),
    route('POST /group', Group, ({ phone, title, phones }) => ({ id: fake.person(phone).found(title, phones) })),
    route('POST /members', Members, ({ phone, group, phones, how }) => {
      if (how === 'add') fake.person(phone).add(BigInt(group), phones)
      else fake.person(phone).takeOut(BigInt(group), phones)
    }),
    route('POST /leave', Leave, ({ phone, group }) => fake.person(phone).leave(BigInt(group))),
  ]
}

function troubleRoutes(fake: FakeMax): [string, Route][] {
  const { faults, settings } = fake
  return [
    route('POST /faults', Faults, ({ refusals, silences, delays, ...others }) => {
      for (const { opcode, ...refusal } of refusals ?? []) faults.refusals.set(opcode, refusal)
      for (const { opcode, ...silence } of silences ?? []) faults.silences.set(opcode, silence)
      for (const { opcode, ms } of delays ?? []) faults.delays.set(opcode, ms)
      Object.assign(faults, others)
    }),
    route('POST /settings', Settings, (changed) => void Object.assign(settings, changed)),
    route('POST /drop', Type.Object({ phone: optional(Phone) }), ({ phone }) => fake.drop(phone)),
  ]
}

function lookRoutes(fake: FakeMax): [string, Route][] {
  const Asked = Type.Object({ opcode: Type.String({ pattern: '^[0-9]{1,5}$' }), phone: optional(Phone) })
  return [
    route('GET /messages', Deed, ({ phone, to }) => fake.person(phone).messages(to).map(told)),
    route('GET /received', Type.Object({ phone: Phone }), ({ phone }) => fake.person(phone).received().map(told)),
    route('GET /unacknowledged', Type.Object({ phone: Phone }), ({ phone }) => fake.person(phone).unacknowledged()),
    route('GET /asked', Asked, ({ opcode, phone }) => fake.recording.asked(Number(opcode), phone)),
    route('GET /told', Asked, ({ opcode, phone }) => fake.recording.told(Number(opcode), phone)),
    route('GET /acknowledged', Asked, ({ opcode, phone }) => fake.recording.acknowledged(Number(opcode), phone)),
    route('GET /complaints', Type.Object({}), () => fake.recording.complaints),
    route('GET /connections', Type.Object({}), () => ({ connections: fake.connections })),
  ]
}

function route<Schema extends TSchema>(
  path: string,
  schema: Schema,
  answer: (body: Static<Schema>) => unknown,
): [string, Route] {
  const compiled = Compile(schema)
  const take: Route = (body) => {
    if (!compiled.Check(body)) throw new Error(`${path}: ${JSON.stringify(compiled.Errors(body).slice(0, 3))}`)
    return answer(body)
  }
  return [path, take]
}

const idOf = (id: string | undefined): bigint | undefined => (id === undefined ? undefined : BigInt(id))

function told({ id, time, sender, text, cid, isEdited, reactions, attaches, link }: Message) {
  return {
    ...{ id, time, sender, text, cid, isEdited, link: link === null ? null : { type: link.type, id: link.message.id } },
    reactions: Object.fromEntries([...reactions].map(([who, reaction]) => [String(who), reaction])),
    attaches: attaches.map(({ _type }) => _type),
  }
}
