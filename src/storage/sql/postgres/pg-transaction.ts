import { askMark, makeMark, setMark } from './commit-mark.ts'
import type { PgResult, PgStatement, PgTransaction } from './pg-like.ts'
import type { PgSession } from './pg-session.ts'
import { OutcomeUnknown, troubleOf, type PgTrouble } from './pg-trouble.ts'

const BEGIN: PgStatement = { sql: 'begin', params: [] }
const COMMIT: PgStatement = { sql: 'commit', params: [] }
const ROLLBACK: PgStatement = { sql: 'rollback', params: [] }

export interface PgTransactionParts {
  readonly session: PgSession
  readonly run: (statements: readonly PgStatement[]) => Promise<readonly PgResult[]>
  /** Asks a live connection, as long as it takes; undefined where the pool was closed before there was one. */
  readonly ask: (statement: PgStatement) => Promise<PgResult | undefined>
  readonly isFirst: boolean
}

/** A transaction on one connection: it begins with the first statement that it is given. */
export class PgTransactionRun implements PgTransaction {
  readonly #parts: PgTransactionParts
  #state: 'new' | 'begun' | 'over' = 'new'
  #isReleased = false

  constructor(parts: PgTransactionParts) {
    this.#parts = parts
  }

  async run(statements: readonly PgStatement[]): Promise<readonly PgResult[]> {
    if (this.#state === 'over') throw new Error('The transaction is over')
    if (this.#state === 'begun') return statements.length === 0 ? [] : this.#parts.run(statements)
    const marks = await this.#marks()
    this.#state = 'begun'
    return (await this.#parts.run([BEGIN, ...marks, ...statements])).slice(1 + marks.length)
  }

  async commit(statements: readonly PgStatement[]): Promise<readonly PgResult[]> {
    if (this.#state === 'over') throw new Error('The transaction is over')
    const { session, run, isFirst } = this.#parts
    // What goes out in one round trip is one transaction by itself.
    const isNew = this.#state === 'new'
    const marks = isNew ? await this.#marks() : []
    try {
      const results = await run([...marks, ...statements, ...(isNew ? [] : [COMMIT])])
      this.#state = 'over'
      return results.slice(marks.length, marks.length + statements.length)
    } catch (error) {
      const trouble = troubleOf(error)
      if (trouble.kind !== 'lost' || isFirst) throw trouble
      return await this.#findOut(session.mark.lastNumber, trouble)
    }
  }

  /** Rolls back what was not committed, and gives the connection back. */
  async end(): Promise<void> {
    const { session, run } = this.#parts
    if (this.#state === 'begun' && !session.isLost) await run([ROLLBACK]).catch(() => session.giveUp())
    this.#state = 'over'
    this.#release()
  }

  async #marks(): Promise<readonly PgStatement[]> {
    const { session, run, isFirst } = this.#parts
    if (isFirst) return []
    const { mark } = session
    if (!mark.isMade) await run([makeMark(mark.connection)])
    mark.isMade = true
    return [setMark(mark.connection, ++mark.lastNumber)]
  }

  /** The answer to the COMMIT is lost: the database itself says how it ended, once it can be asked. */
  async #findOut(number: number, trouble: PgTrouble): Promise<readonly PgResult[]> {
    const { session, ask } = this.#parts
    session.giveUp()
    this.#release()
    const found = await ask(askMark(session.mark.connection, number))
    if (found === undefined) throw new OutcomeUnknown('The database was not there any more to say how a commit ended')
    if (found.rows[0]?.['number'] !== number) throw trouble
    return []
  }

  #release(): void {
    if (!this.#isReleased) this.#parts.session.release()
    this.#isReleased = true
  }
}
