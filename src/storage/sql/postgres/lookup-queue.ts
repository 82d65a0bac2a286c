import { rowsOf, type Lookup, type Param, type Row } from '../statement.ts'
import { arraysOf } from './pg-arrays.ts'
import type { PgLike, PgStatement } from './pg-like.ts'
import { isWrong } from './pg-trouble.ts'

interface Asked {
  readonly lookup: Lookup
  readonly params: readonly Param[]
  readonly resolve: (row: Row | undefined) => void
  readonly reject: (error: unknown) => void
}

/** So many round trips are under way at once; more would only make each smaller. */
const TRIPS = 2
const MOST = 256

/** Queries by a key that are asked together go in one round trip, each kind of them as one statement. */
export class LookupQueue {
  readonly #db: PgLike
  #asked: Asked[] = []
  #trips = 0
  #isPumping = false

  constructor(db: PgLike) {
    this.#db = db
  }

  ask(lookup: Lookup, params: readonly Param[]): Promise<Row | undefined> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ lookup, params, resolve, reject })
      this.#pump()
    })
  }

  /** After all that this turn of the event loop brings, so that it goes together. */
  #pump(): void {
    if (this.#isPumping) return
    this.#isPumping = true
    setImmediate(() => {
      this.#isPumping = false
      while (this.#trips < TRIPS && this.#asked.length > 0) {
        this.#trips++
        void this.#trip(this.#asked.splice(0, MOST)).finally(() => {
          this.#trips--
          if (this.#asked.length > 0) this.#pump()
        })
      }
    })
  }

  async #trip(asked: readonly Asked[]): Promise<void> {
    const kinds = [...byLookup(asked)]
    try {
      const results = await this.#db.read(kinds.map(([lookup, of]) => statementOf(lookup, of)))
      for (const [at, [, of]] of kinds.entries()) {
        const found = new Map(results[at]?.rows.map((row) => [row['ord'], row]))
        for (const [place, { resolve }] of of.entries()) resolve(found.get(place + 1))
      }
    } catch (error) {
      // One that is wrong takes the others along: each is asked for itself. A database that is away is away for all.
      if (asked.length > 1 && isWrong(error)) for (const one of asked) await this.#trip([one])
      else for (const { reject } of asked) reject(error)
    }
  }
}

function byLookup(asked: readonly Asked[]): ReadonlyMap<Lookup, readonly Asked[]> {
  const kinds = new Map<Lookup, Asked[]>()
  for (const one of asked) {
    const kind = kinds.get(one.lookup)
    if (kind === undefined) kinds.set(one.lookup, [one])
    else kind.push(one)
  }
  return kinds
}

function statementOf(lookup: Lookup, asked: readonly Asked[]): PgStatement {
  let sql = known.get(lookup)
  if (sql === undefined) known.set(lookup, (sql = manyOf(lookup)))
  const columns = asked[0]?.params.map((_, column) => asked.map(({ params }) => params[column] ?? null)) ?? []
  return { sql, params: arraysOf(sql, columns) }
}

const known = new Map<Lookup, string>()

/** The query for each row of its parameters, by which it is told in `ord` to which it answers. */
function manyOf({ sql, columns }: Lookup): string {
  const names = columns.split(', ').map((column) => `r.${column.slice(0, column.indexOf(' '))}`)
  const [first = '', ...rest] = sql.split('?')
  const each = rest.reduce((text, part, at) => `${text}${names[at] ?? ''}${part}`, first)
  return `select r.ord, found.* from ${rowsOf(columns)} cross join lateral (${each}) as found`
}
