import type { Seal } from '../../lib/seal.ts'

/** What a placeholder may stand for; all that both databases and the way to the writer thread have in common. */
export type Param = string | number | null

/** A row as a database gives it: names of columns to values. */
export type Row = Readonly<Record<string, unknown>>

/** Says which parameter of a statement is a secret, and where it belongs. */
export interface Sealed {
  readonly at: number
  /** It is bytes, in the form of `bytesParam`. */
  readonly isBytes?: boolean
  place(params: readonly Param[]): string
}

/** share: nobody changes the rows. update: nobody else locks or changes them. */
export type Lock = 'share' | 'update'

/** One statement of a write or a guard: text for both databases, and what its placeholders stand for. */
export interface Statement<T> {
  /** With `?` for each parameter. */
  readonly sql: string
  /** `put` appends it in clear; whoever runs the statement seals it, which with SQLite is not the main thread. */
  readonly sealed?: Sealed
  /** Appends a value for each `?`, in their order. Appending saves an array for each write on the hot path. */
  put(out: Param[], of: T, seal: Seal): void
  /**
   * On a database where several write at once, the rows that it reads stay locked so until the commit. A statement of a write that has
   * this does nothing else, and is left out on other databases.
   */
  readonly lock?: Lock
  /** On a database that takes arrays, the statement for many batches at once. */
  readonly many?: Many
  /** Left out when this says so; without it the statement always runs. */
  when?(of: T): boolean
}

/** A statement once for many batches: the same as running it for each, in their order. */
export interface Many {
  /**
   * With `$1`, `$2` for an array of each parameter's values, see `rowsOf`. Of a guard, it gives a row for each one that holds, with its place
   * in `ord`, and locks what the guard itself would.
   */
  readonly sql: string
  /** What stands before it, where it needs a `with`. */
  readonly with?: string
  /** The table, and the parameters by which the row in it is known that it adds, changes or looks for; absent: it adds one that nobody knows yet. */
  readonly row?: readonly [table: string, ...parameters: number[]]
  /** It only adds, or only looks: batches of one instance that do nothing else come to the same in one statement as one by one. */
  readonly adds: boolean
}

/** A query by a key, which gives one row or none: the kind that many ask at once. */
export interface Lookup {
  readonly sql: string
  /** Of its parameters, as for `rowsOf`. */
  readonly columns: string
}

/**
 * Arrays as rows that are called `r`, numbered from 1 by `ord`. `columns` is as in `instance_id bigint, id text`. What is asked is asked for
 * each row by itself (`lateral`, `offset 0`): plans are kept, and one that was made while a table was small would go through all of it later on.
 */
export function rowsOf(columns: string): string {
  return unnested(columns, (first) => first)
}

/**
 * As `rowsOf`, of rows that are only added or found by their key, so that one plan is good for any number of them. The planner does not see
 * how long the first array is: where it sees few rows it finds a plan for just these cheaper than the one that it keeps, and makes one each
 * time, which takes half of the time that a single send needs. What joins tables is better planned for what is there.
 */
export function newRowsOf(columns: string): string {
  return unnested(columns, (first) => `(select ${first})`)
}

function unnested(columns: string, asFirst: (array: string) => string): string {
  const all = columns.split(', ').map((column) => column.split(' '))
  const arrays = all.map(([, type = 'text'], index) => {
    const array = `$${String(index + 1)}::${type}[]`
    return index === 0 ? asFirst(array) : array
  })
  return `unnest(${arrays.join(', ')}) with ordinality as r (${all.map(([name]) => name).join(', ')}, ord)`
}

/**
 * `chat_id =`, for who looks for a message by its id: that alone is to be looked up. An equation would let PostgreSQL prefer the index
 * of chats, and read all messages of a chat to find one.
 */
export const IN_CHAT = 'chat_id is not distinct from'

export interface GuardStatement<T> extends Statement<T> {
  /** The guard holds when the statement finds a row (`reads`), else when it changes one. */
  readonly reads: boolean
  /**
   * Of one that reads, with two parameters: where it held it holds, for the same first parameter, until something other than a batch
   * writes. Who alone writes need not ask again.
   */
  readonly lasts?: boolean
  /**
   * On a database where several write at once, runs before it, with the first ones of its parameters; a statement of its own, so that
   * the guard's sees what those have stored for whom this one has waited.
   */
  readonly before?: string
  /**
   * What a refused caller is told: one row of this query, whose parameters are the first ones of the guard's own.
   */
  readonly why?: string
}

/** Seals in place what must not lie readable in the database. */
export function sealParams(params: Param[], sealed: Sealed | undefined, seal: Seal): void {
  if (sealed === undefined) return
  const clear = String(params[sealed.at])
  const place = sealed.place(params)
  params[sealed.at] = sealed.isBytes ? seal.sealBytes(Buffer.from(clear, 'latin1'), place) : seal.seal(clear, place)
}

/** Bytes on their way to whoever seals them: one character each, since a text goes to another thread for less than a buffer. */
export function bytesParam(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

export function countParams(sql: string): number {
  return sql.split('?').length - 1
}

/** Where a secret belongs: the seal opens nowhere else. */
export const places = {
  instanceToken: (instance: number) => `instance:${String(instance)}:token`,
  webhookUrlToken: (instance: number) => `instance:${String(instance)}:webhookUrlToken`,
  proxyUrl: (instance: number) => `instance:${String(instance)}:proxyUrl`,
  secret: (instance: number, name: string) => `instance:${String(instance)}:secret:${name}`,
  hook: (account: string) => `account:${account}:hook`,
  partnerToken: (account: string) => `account:${account}:partnerToken`,
  totpSecret: (person: string) => `person:${person}:totp`,
  answer: (scope: string, key: string) => `answer:${String(scope.length)}:${scope}:${key}`,
} as const
