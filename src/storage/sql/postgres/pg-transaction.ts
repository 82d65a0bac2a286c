import { askMark, makeMark, setMark } from './commit-mark.ts'
import type { PgResult, PgStatement, PgTransaction } from './pg-like.ts'
import type { PgSession } from './pg-session.ts'
import { OutcomeUnknown, PgTrouble, troubleOf } from './pg-trouble.ts'

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
    const opening = await this.#opening()
    this.#state = 'begun'
    const results = await this.#parts.run([...opening, ...statements])
    // Somebody else has removed the row: without it nobody could ask how this ended.
    if (opening.length > 1 && results[1]?.count !== 1) {
      this.#parts.session.mark.isMade = false
      throw new PgTrouble('lost', 'The connection has no row in the table of commits')
    }
    return results.slice(opening.length)
  }

  async commit(statements: readonly PgStatement[]): Promise<readonly PgResult[]> {
    // The mark is answered for before the COMMIT goes out: only then is it sure that who asks for it later waits for this transaction.
    if (this.#state === 'new') await this.run([])
    const { session, run, isFirst } = this.#parts
    const number = session.mark.lastNumber
    try {
      const results = await run([...statements, COMMIT])
      this.#state = 'over'
      return results.slice(0, -1)
    } catch (error) {
      const trouble = troubleOf(error)
      if (trouble.kind !== 'lost' || isFirst) throw trouble
      return await this.#findOut(number, trouble)
    }
  }

  /** Rolls back what was not committed, and gives the connection back. */
  async end(): Promise<void> {
    const { session, run } = this.#parts
    if (this.#state === 'begun' && !session.isLost) await run([ROLLBACK]).catch(() => session.giveUp())
    this.#state = 'over'
    this.#release()
  }

  async #opening(): Promise<readonly PgStatement[]> {
    const { session, run, isFirst } = this.#parts
    if (isFirst) return [BEGIN]
    const { mark } = session
    if (!mark.isMade) await run([makeMark(mark.connection)])
    mark.isMade = true
    return [BEGIN, setMark(mark.connection, ++mark.lastNumber)]
  }

  /** The answer to the COMMIT is lost: the database itself says how it ended, once it can be asked. */
  async #findOut(number: number, trouble: PgTrouble): Promise<readonly PgResult[]> {
    const { session, ask } = this.#parts
    this.#state = 'over'
    session.giveUp()
    this.#release()
    const found = await ask(askMark(session.mark.connection))
    if (found === undefined) throw new OutcomeUnknown('The database was not there any more to say how a commit ended')
    if (found.rows[0]?.['number'] !== number) throw trouble
    return []
  }

  #release(): void {
    if (!this.#isReleased) this.#parts.session.release()
    this.#isReleased = true
  }
}
