import { OperatorTrouble } from '../../../lib/operator-trouble.ts'
import { integer, text } from '../columns.ts'
import type { PgLike } from './pg-like.ts'

export const OLDEST_POSTGRES = 14
const ENCODING = 'UTF8'

const SERVER = `select current_setting('server_version_num')::int / 10000 as version,
  current_setting('server_encoding') as encoding`

/**
 * Before anything is asked of it that another server would refuse, or not know how to keep.
 * @throws OperatorTrouble, PgTrouble
 */
export async function mustFitServer(db: PgLike, patienceMs: number): Promise<void> {
  const [result] = await db.read([{ sql: SERVER, params: [] }], { patienceMs })
  const row = result?.rows[0] ?? {}
  const [version, encoding] = [integer(row, 'version'), text(row, 'encoding')]
  if (version < OLDEST_POSTGRES) {
    throw new OperatorTrouble(
      `The database is PostgreSQL ${String(version)}; ${String(OLDEST_POSTGRES)} or newer is needed.`,
    )
  }
  if (encoding === ENCODING) return
  throw new OperatorTrouble(
    `The database keeps texts as ${encoding}, which has no room for all of them: make it with "createdb --encoding=UTF8 --template=template0".`,
  )
}
