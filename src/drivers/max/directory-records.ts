import Type, { type StaticDecode, type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { checkedJson } from '../../lib/checked-json.ts'
import { Recent } from '../../lib/recent.ts'
import type { SessionHost } from '../driver.ts'
import { packed, type RecordKind } from '../network/record-kind.ts'
import type { ChatRecord, Draft, PersonRecord } from './life.ts'

const Text = Type.String()

const Person = Type.Object({ n: Text, c: Text, p: Text, u: Text })
export const PERSONS: RecordKind<PersonRecord> = {
  prefix: 'person|',
  encode: ({ name, contactName, phone, pictureUrl }) => packed({ n: name, c: contactName, p: phone, u: pictureUrl }),
  decode: reader(Person, ({ n, c, p, u }) => ({ name: n, contactName: c, phone: p, pictureUrl: u })),
}

const Chat = Type.Object({
  k: Type.Enum(['DIALOG', 'CHAT', 'CHANNEL']),
  u: Type.Optional(Text),
  n: Text,
  t: Type.Number(),
  c: Type.Number(),
  r: Type.Number(),
  l: Type.Optional(Type.Object({ i: Text, t: Type.Number() })),
})
export const CHATS: RecordKind<ChatRecord> = {
  prefix: 'chat|',
  encode: ({ type, user, title, at, unread, readTo, last }) =>
    packed({
      ...{ k: type, u: user, n: title, t: at, c: unread, r: readTo },
      l: last && { i: last.message, t: last.at },
    }),
  decode: reader(Chat, ({ k, u, n, t, c, r, l }) => ({
    ...{ type: k, title: n, at: t, unread: c, readTo: r },
    ...(u !== undefined && { user: u }),
    ...(l !== undefined && { last: { message: l.i, at: l.t } }),
  })),
}

function reader<T extends TSchema, Value>(schema: T, made: (kept: StaticDecode<T>) => Value) {
  const compiled = Compile(schema)
  return (bytes: Uint8Array): Value | null => {
    const kept = checkedJson(compiled, bytes)
    return kept === null ? null : made(kept)
  }
}

/** Records of one sort; those that were used lately are held in memory. */
export class Records<T extends object> {
  readonly #kind: RecordKind<T>
  readonly #host: Pick<SessionHost, 'secret' | 'secrets'>
  /** Null: there is none. */
  readonly #known: Recent<string, { readonly value: T | null }>

  constructor(kind: RecordKind<T>, host: Pick<SessionHost, 'secret' | 'secrets'>, cached: number) {
    this.#kind = kind
    this.#host = host
    this.#known = new Recent(cached)
  }

  async get(id: string): Promise<T | null> {
    const known = this.#known.get(id)
    if (known !== undefined) return known.value
    const kept = await this.#host.secret(`${this.#kind.prefix}${id}`)
    // It may have been written while it was read.
    const meanwhile = this.#known.get(id)
    if (meanwhile !== undefined) return meanwhile.value
    const value = kept === null ? null : this.#kind.decode(kept)
    this.#known.set(id, { value })
    return value
  }

  async all(): Promise<ReadonlyMap<string, T>> {
    const all = new Map<string, T>()
    const { prefix } = this.#kind
    for (const [name, bytes] of await this.#host.secrets(prefix)) {
      const id = name.slice(prefix.length)
      const known = this.#known.get(id)
      const value = known === undefined ? this.#kind.decode(bytes) : known.value
      if (value !== null) all.set(id, value)
    }
    return all
  }

  /** Null forgets it. */
  set(id: string, value: T | null, draft: Draft): void {
    this.#known.set(id, { value })
    draft.secrets.set(`${this.#kind.prefix}${id}`, value === null ? null : this.#kind.encode(value))
  }
}
