// Truth: what a process has said it stored before it was killed, line by line.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Worker } from 'node:worker_threads'
import BetterSqlite from 'better-sqlite3'
import { silentLog } from '../../src/lib/log.ts'
import type { InstanceId } from '../../src/model/ids.ts'
import { openSqliteStore } from '../../src/storage/sql/sqlite-store.ts'
import * as sample from './samples.ts'

const WRITER = fileURLToPath(new URL('./crash-writer.js', import.meta.url))
const ROUNDS = 5

interface Acknowledged {
  readonly on: InstanceId
  readonly id: string
}

test('nothing acknowledged is lost and no batch is torn, however often the process is killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'jadegate-crash-'))
  const file = join(folder, 'jadegate.db')
  const acknowledged: Acknowledged[] = []
  for (let round = 1; round <= ROUNDS; round++) {
    acknowledged.push(...(await writeUntilKilled(file, round, 10_000 + round * 15_000)))
    const store = await openSqliteStore({ file, sealingKey: sample.KEY, log: silentLog })
    for (const { on, id } of acknowledged) assert.ok(await store.journal.find(on, sample.messageId(id)), id)
    await store.close()
    inspect(file)
  }
  assert.ok(acknowledged.length > ROUNDS * 300)
  await rm(folder, { recursive: true })
})

/** What the process printed until it was killed, which is after so many bytes. */
async function writeUntilKilled(file: string, round: number, bytes: number): Promise<Acknowledged[]> {
  // A file takes every line at once, however slow the reader is, and keeps what was written before the kill.
  const printed = await open(`${file}.printed-${round}`, 'w+')
  const child = spawn(process.execPath, [WRITER, file, String(round)], { stdio: ['ignore', printed.fd, 'inherit'] })
  const exited = once(child, 'exit')
  while ((await printed.stat()).size < bytes && child.exitCode === null) await setTimeout(5)
  child.kill('SIGKILL')
  await exited
  assert.equal(child.signalCode, 'SIGKILL', 'it was killed and did not end by itself')
  const text = await readFile(`${file}.printed-${round}`, 'utf8')
  await printed.close()
  // What follows the last line feed is a line that the kill cut off.
  const lines = text.split('\n').slice(0, -1)
  return lines.map((line) => {
    const [on, id = ''] = line.split(' ')
    return { on: Number(on) as InstanceId, id }
  })
}

function inspect(file: string): void {
  const database = new BetterSqlite(file, { readonly: true })
  const value = (sql: string): unknown => database.prepare(sql).pluck().get()
  assert.equal(value('pragma integrity_check'), 'ok')
  const messages = value('select count(*) from message')
  const whole = `select count(*) from message m
    join outbox o on o.instance_id = m.instance_id and o.message_id = m.id
    join mailbox b on b.instance_id = o.instance_id and b.receipt_id = o.position`
  assert.equal(value(whole), messages)
  assert.equal(value('select count(*) from outbox'), messages)
  assert.equal(value('select count(*) from mailbox'), messages)
  const disordered = `select count(*) from outbox a join message m on m.instance_id = a.instance_id and m.id = a.message_id
    join outbox b on b.instance_id = a.instance_id and b.position = a.position + 1
    join message n on n.instance_id = b.instance_id and n.id = b.message_id where n.seq < m.seq`
  assert.equal(value(disordered), 0)
  const upTo = value("select up_to from journal_index where name = 'journal_chat'")
  const indexed = `select count(*) from journal_chat j join message m
    on m.seq = j.seq and m.instance_id = j.instance_id and m.chat_id = j.chat_id and m.at = j.at`
  assert.ok(typeof upTo === 'number' && upTo > 0)
  assert.equal(value(indexed), value(`select count(*) from message where seq <= ${upTo}`))
  assert.equal(value('select count(*) from journal_chat'), value(indexed))
  database.close()
}

test('when the writer thread dies, what waits fails, and so does all that follows; reads go on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'jadegate-crash-'))
  const started = new Promise<Worker>((resolve) => process.once('worker', resolve))
  const errors: object[] = []
  const log = { ...silentLog, error: (fields: object) => void errors.push(fields) }
  const deaths: Error[] = []
  const store = await openSqliteStore({
    file: join(folder, 'jadegate.db'),
    sealingKey: sample.KEY,
    log,
    onDeath: (error) => deaths.push(error),
  })
  await sample.commit(store, sample.notify(sample.FIRST, 1))
  const worker = await started
  const exited = worker.terminate()
  const waiting = [2, 3].map((receiptId) => store.commit(sample.batch([sample.notify(sample.FIRST, receiptId)])))
  for (const outcome of await Promise.allSettled(waiting)) assert.equal(outcome.status, 'rejected')
  await exited
  await assert.rejects(store.commit(sample.batch([])), /writer thread ended/)
  await assert.rejects(store.sweep('states', 1, 1), /writer thread ended/)
  assert.equal((await store.mailbox.head(sample.FIRST))?.receiptId, 1)
  assert.equal(errors.length, 1)
  assert.equal(deaths.length, 1)
  await store.close()
  await rm(folder, { recursive: true })
})
