import type { EpochMs, InstanceId } from '../../model/ids.ts'
import type { Dialect } from '../dialect.ts'
import type { Store } from '../store.ts'
import { integer } from './columns.ts'
import type { Engine } from './engine.ts'
import { instanceId } from './rows.ts'
import type { Row } from './statement.ts'

/** In portions, so that no single transaction holds up the writes of others for long. */
const AT_ONCE = 1000
/** Notifications are stored in the order of their times. */
const EXPIRE = `delete from mailbox where seq in (
    select seq from (select seq, at from mailbox order by seq limit ${String(AT_ONCE)}) as oldest where at < ?
  ) returning instance_id, receipt_id`

/** Whose old notifications are in the portion behind a place, and where it ends. */
const PORTION = `select instance_id, count(*) as count, max(seq) as last from (
    select seq, instance_id, at from mailbox where seq > ? order by seq limit ${String(AT_ONCE)}
  ) as portion where at < ? group by instance_id`
const OLD_IN_PORTION = 'select m.seq from mailbox m where m.seq > ? and m.seq <= ? and m.at < ?'
/** Leases that another server might take are held until what it will count is gone. */
const OWNED_IN_PORTION = `select m.seq from mailbox m join lease l on l.instance_id = m.instance_id
  where m.seq > ? and m.seq <= ? and m.at < ? and l.owner = ?`

type Expired = Awaited<ReturnType<Store['mailbox']['expire']>>

/** See `Store.mailbox.expire`. */
export async function expireMailbox(
  engine: Engine,
  before: EpochMs,
  owner: string,
  spared: ReadonlySet<InstanceId> = new Set(),
): Promise<Expired> {
  const gone = new Map<InstanceId, Expired[number]>()
  const note = (rows: readonly Row[]) => {
    for (const row of rows) {
      const instance = instanceId(row)
      const known = gone.get(instance)
      const upTo = Math.max(known?.upTo ?? 0, integer(row, 'receipt_id'))
      gone.set(instance, { instance, count: (known?.count ?? 0) + 1, upTo })
    }
  }
  const isForAll = spared.size === 0 && !engine.dialect.sharedByServers
  await (isForAll ? expireAll(engine, before, note) : expireOthers(engine, before, owner, spared, note))
  return [...gone.values()]
}

async function expireAll(engine: Engine, before: EpochMs, note: (rows: readonly Row[]) => void): Promise<void> {
  let removed: number
  do {
    const { rows, changed } = await engine.write(EXPIRE, [before])
    note(rows)
    removed = changed
  } while (removed === AT_ONCE)
}

/** What stays is the oldest, so that it is walked past each time; only portions with something to remove are written. */
async function expireOthers(
  engine: Engine,
  before: EpochMs,
  owner: string,
  spared: ReadonlySet<InstanceId>,
  note: (rows: readonly Row[]) => void,
): Promise<void> {
  const remove = removing(engine.dialect)
  const owners = engine.dialect.sharedByServers ? [owner] : []
  let place = 0
  let old: number
  do {
    const found = await engine.read(PORTION, [place, before])
    old = found.reduce((sum, row) => sum + integer(row, 'count'), 0)
    const last = Math.max(place, ...found.map((row) => integer(row, 'last')))
    const staying = found.map((row) => instanceId(row)).filter((instance) => spared.has(instance))
    if (staying.length < found.length) {
      note((await engine.write(remove, [place, last, before, ...owners, JSON.stringify(staying)])).rows)
    }
    place = last
    await new Promise((resolve) => setImmediate(resolve))
  } while (old === AT_ONCE)
}

function removing({ sharedByServers, numbers }: Dialect): string {
  const spared = `and m.instance_id not in (${numbers})`
  const found = sharedByServers ? `${OWNED_IN_PORTION} ${spared} for share of l` : `${OLD_IN_PORTION} ${spared}`
  return `delete from mailbox where seq in (${found}) returning instance_id, receipt_id`
}
