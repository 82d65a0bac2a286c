import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type ColumnDataType,
} from 'kysely'

/**
 * In what the databases differ, each difference by its own name: code asks for a capability and never which database it has.
 * Schema and statements are otherwise one text for all (only TEXT, BIGINT, INTEGER; times in epoch ms; flags 0 or 1).
 */
export interface Dialect {
  /** `$1`, `$2` for the placeholders instead of `?`. */
  readonly numberedPlaceholders: boolean
  /** Several transactions write at once, so what a guard has read must be locked until the end. */
  readonly concurrentWriters: boolean
  /** Several servers use it at once: they beat, leases go from one to another, and changes of what each keeps copies of are counted. */
  readonly sharedByServers: boolean
  /** Gives the numbers of a parameter that is a JSON array of them. */
  readonly numbers: string
  /** Appended to a query for rows that are to be removed: those that somebody is changing stay for the next time. Empty where nobody can be. */
  readonly skipLocked: string
  /** What was deleted stays in the way of who reads past it, until the database tidies up; a sweep then remembers how far it has come. */
  readonly deletesLater: boolean
  /** The type of a primary key that numbers itself in the order of insertion. */
  readonly serialKey: ColumnDataType
  /** The type of a primary key that is a number of ten digits, so that the table itself is its index where that is possible. */
  readonly numberKey: ColumnDataType
  /**
   * Keeping the journal's indexes with each row would cost each send too much, so they are filled later, in bulk. It takes one writer
   * at a time: only then are rows committed in the order of their numbers, so that a number says what is indexed.
   */
  readonly indexesJournalLater: boolean
  /** Taken before migrating, so that two nodes that start at once migrate one after the other; null where the transaction does it. */
  readonly migrationLock: string | null
  /** Compiles schema statements; connected to nothing. */
  readonly schema: Kysely<unknown>
}

export const sqliteDialect: Dialect = {
  numberedPlaceholders: false,
  concurrentWriters: false,
  sharedByServers: false,
  numbers: 'select value from json_each(?)',
  skipLocked: '',
  deletesLater: false,
  serialKey: 'integer',
  numberKey: 'integer',
  indexesJournalLater: true,
  migrationLock: null,
  schema: new Kysely({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  }),
}

/** Any number that nothing else on the same database takes. */
const MIGRATION_LOCK = 5_823_640_112

export const postgresDialect: Dialect = {
  numberedPlaceholders: true,
  concurrentWriters: true,
  sharedByServers: true,
  numbers: 'select cast(value as bigint) from json_array_elements_text(cast(? as json))',
  skipLocked: 'for update skip locked',
  deletesLater: true,
  serialKey: 'bigserial',
  numberKey: 'bigint',
  indexesJournalLater: false,
  migrationLock: `select pg_advisory_xact_lock(${String(MIGRATION_LOCK)})`,
  schema: new Kysely({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  }),
}

/** A statement written with `?`, as this database wants it. No statement has a question mark in a literal. */
export function placeholders(dialect: Dialect, sql: string): string {
  if (!dialect.numberedPlaceholders) return sql
  let count = 0
  return sql.replaceAll('?', () => `$${String(++count)}`)
}
