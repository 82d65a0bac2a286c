import { Pool } from 'pg'

/** So many groups are under way at once: while one waits for the disk, another one is taken in. */
const GROUPS = 2
const SQL = 'insert into log (line) select line from unnest($1::text[]) as r (line)'

/**
 * The least that "durable" can cost on PostgreSQL: one table with its key, one statement for the lines that came while others were under way, and
 * the promises resolve when it is committed. No second table, no index, nothing that is read or checked.
 */
export class DurableTable {
  readonly #pool: Pool
  readonly #made: Promise<unknown>
  #lines: string[] = []
  #waiting: (() => void)[] = []
  #groups = 0
  #isPumping = false

  constructor(url: string) {
    this.#pool = new Pool({ connectionString: url, max: GROUPS, options: '-c synchronous_commit=on' })
    this.#made = this.#pool.query('create table log (seq bigserial primary key, line text not null)')
  }

  append(line: string): Promise<void> {
    return new Promise((resolve) => {
      this.#lines.push(line)
      this.#waiting.push(resolve)
      this.#pump()
    })
  }

  #pump(): void {
    if (this.#isPumping || this.#groups === GROUPS || this.#lines.length === 0) return
    this.#isPumping = true
    setImmediate(() => {
      this.#isPumping = false
      void this.#store()
    })
  }

  async #store(): Promise<void> {
    const lines = this.#lines
    const waiting = this.#waiting
    this.#lines = []
    this.#waiting = []
    this.#groups++
    await this.#made
    await this.#pool.query({ name: 'append', text: SQL, values: [lines] })
    this.#groups--
    for (const resolve of waiting) resolve()
    this.#pump()
  }
}
