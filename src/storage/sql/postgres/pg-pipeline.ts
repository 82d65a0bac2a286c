import type { Row } from '../statement.ts'
import { ArrayRoom, PgArray } from './pg-arrays.ts'
import type { PgResult, PgStatement } from './pg-like.ts'
import { readCell, type Field } from './pg-values.ts'

/** What is used of the driver's connection: the messages of the extended protocol. */
export interface PgWire {
  readonly stream: { cork(): void; uncork(): void; destroy(error?: Error): unknown }
  parse(message: { name: string; text: string }): void
  bind(message: { statement: string; values: readonly (string | Buffer | null)[] }): void
  describe(message: { type: 'P'; name: string }): void
  execute(message: object): void
  sync(): void
}

/** A statement that the server has prepared on a connection; its columns are known once it has run. */
interface Prepared {
  readonly name: string
  fields: readonly Field[] | undefined
}

/** What is prepared on one connection. */
export class PreparedStatements {
  readonly #bySql = new Map<string, Prepared>()
  #made = 0

  /** The statement, and whether the server has to be told it first. */
  of(sql: string): readonly [statement: Prepared, isNew: boolean] {
    const known = this.#bySql.get(sql)
    if (known !== undefined) return [known, false]
    const made: Prepared = { name: `s${String(++this.#made)}`, fields: undefined }
    this.#bySql.set(sql, made)
    return [made, true]
  }

  /** It may or may not be there: it gets another name. */
  forget(sql: string): void {
    this.#bySql.delete(sql)
  }
}

interface Step {
  readonly prepared: Prepared
  readonly rows: Row[]
  count: number
}

/**
 * Statements that go out together, with one answer to all: what the driver calls a submittable. The server runs them in their order;
 * behind one that fails it runs none.
 */
export class PgPipeline {
  readonly result: Promise<readonly PgResult[]>
  readonly #statements: readonly PgStatement[]
  readonly #prepared: PreparedStatements
  readonly #steps: Step[] = []
  readonly #new: string[] = []
  #at = 0
  #wire: PgWire | undefined
  #error: unknown
  #resolve: (results: readonly PgResult[]) => void = () => undefined
  #reject: (error: unknown) => void = () => undefined

  constructor(statements: readonly PgStatement[], prepared: PreparedStatements) {
    this.#statements = statements
    this.#prepared = prepared
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** Ends the connection: nobody waits for the answer any more. */
  giveUp(error: Error): void {
    if (this.#wire === undefined) this.#reject(error)
    else this.#wire.stream.destroy(error)
  }

  // What the driver calls.

  submit(wire: PgWire): void {
    this.#wire = wire
    wire.stream.cork()
    try {
      for (const statement of this.#statements) this.#send(wire, statement)
      wire.sync()
    } finally {
      wire.stream.uncork()
    }
  }

  handleRowDescription(message: { readonly fields: readonly Field[] }): void {
    this.#step().prepared.fields = message.fields
  }

  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void {
    try {
      const { prepared, rows } = this.#step()
      rows.push(readRow(prepared.fields ?? [], message.fields))
    } catch (error) {
      // Thrown here it would reach nobody but the socket.
      this.#error ??= error
    }
  }

  handleCommandComplete(message: { readonly text: string }): void {
    const step = this.#step()
    step.count = countOf(message.text)
    this.#at++
  }

  handleEmptyQuery(): void {
    this.#at++
  }

  handleError(error: unknown): void {
    this.#error = error
    // Those behind the failed one were not prepared; to tell them apart costs more than new names.
    for (const sql of this.#new) this.#prepared.forget(sql)
    this.#reject(error)
  }

  handleReadyForQuery(): void {
    if (this.#error === undefined) this.#resolve(this.#steps)
    else this.#reject(this.#error)
  }

  handlePortalSuspended(): void {
    this.giveUp(new Error('A portal was suspended that asked for all rows'))
  }

  handleCopyInResponse(): void {
    this.giveUp(new Error('The server asks for a copy'))
  }

  handleCopyData(): void {
    this.giveUp(new Error('The server sends a copy'))
  }

  #send(wire: PgWire, { sql, params }: PgStatement): void {
    const [prepared, isNew] = this.#prepared.of(sql)
    if (isNew) {
      this.#new.push(sql)
      wire.parse({ name: prepared.name, text: sql })
    }
    wire.bind({ statement: prepared.name, values: params.map(valueOf) })
    room.clear()
    if (prepared.fields === undefined) wire.describe({ type: 'P', name: '' })
    wire.execute({})
    this.#steps.push({ prepared, rows: [], count: 0 })
  }

  #step(): Step {
    const step = this.#steps[this.#at]
    if (step === undefined) throw new RangeError('The server answers to more than it was asked')
    return step
  }
}

function readRow(fields: readonly Field[], cells: readonly (string | null)[]): Row {
  const row: Record<string, unknown> = {}
  for (const [index, field] of fields.entries()) row[field.name] = readCell(field, cells[index] ?? null)
  return row
}

/** What is bound is copied at once, so that all share the room. */
const room = new ArrayRoom()

function valueOf(param: PgStatement['params'][number]): string | Buffer | null {
  if (param instanceof PgArray) return room.write(param)
  return typeof param === 'number' ? String(param) : param
}

/** The server says `INSERT 0 5`, `UPDATE 5`, `SELECT 5`, `BEGIN`. */
function countOf(tag: string): number {
  const last = tag.slice(tag.lastIndexOf(' ') + 1)
  return /^\d+$/.test(last) ? Number(last) : 0
}
