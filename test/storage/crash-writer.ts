import { writeSync } from 'node:fs'
import { silentLog } from '../../src/lib/log.ts'
import type { InstanceId } from '../../src/model/ids.ts'
import { openSqliteStore } from '../../src/storage/sql/sqlite-store.ts'
import * as sample from './samples.ts'

/**
 * The process that `crash.test.ts` kills: writes as fast as it can, from many sides at once, and prints each id once its commit
 * has resolved; now and then it asks for a list, which fills the journal's indexes. Arguments: the database's file, the number of the round.
 */
const WRITERS = 32
const [file = '', round = ''] = process.argv.slice(2)
const store = await openSqliteStore({ file, sealingKey: sample.KEY, log: silentLog })

async function write(on: InstanceId): Promise<never> {
  for (let n = 1; ; n++) {
    const id = `${round}-${on}-${n}`
    const place = Number(round) * 1_000_000 + n
    await sample.commit(store, ...sample.enqueue(on, place, id), sample.notify(on, place))
    writeSync(1, `${on} ${id}\n`)
    if (n % 25 === 0) await store.journal.ofChat(on, sample.CHAT, 1)
  }
}

await Promise.all(Array.from({ length: WRITERS }, (_, n) => write((sample.FIRST + n) as InstanceId)))
