import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads'
import { openSqlite } from './sqlite-database.ts'
import { countOf, SqliteGroup, type Job } from './sqlite-group.ts'

/**
 * The writer thread: the only one that writes. Takes all that has arrived, runs it in one transaction with one flush to the disk,
 * answers, and looks again. An answer is the outcomes in the order of the jobs, or their number when all went well.
 */

/** A longer group would delay the answers to its first batches for longer than a flush costs. */
const GROUP_BATCHES = 512
/**
 * After so many batches the log goes into the database file: more often costs a fifth of the rate (1,000), more seldom makes the
 * pause longer (12,000: 30 ms).
 */
const CHECKPOINT_BATCHES = 4000

export type WriterMessage = Job | 'close'

function serve(port: MessagePort, file: string): void {
  const database = openSqlite(file, 'write')
  const group = new SqliteGroup(database)
  let sinceCheckpoint = 0
  let closing = false

  /** What has arrived, from this message on; at `close` nothing follows. */
  function gather(first: WriterMessage | null): readonly Job[] {
    const jobs: Job[] = []
    let size = 0
    let message = first ?? receive(port)
    while (message !== null) {
      if (message === 'close') closing = true
      else size += countOf(jobs[jobs.push(message) - 1] ?? [0])
      message = closing || size >= GROUP_BATCHES ? null : receive(port)
    }
    sinceCheckpoint += size
    return jobs
  }

  port.on('message', (first: WriterMessage) => {
    let jobs = gather(first)
    while (jobs.length > 0) {
      const outcomes = group.run(jobs)
      port.postMessage(outcomes.every((outcome) => outcome === null) ? outcomes.length : outcomes)
      // After the answer, so that nobody who was answered waited for it.
      if (sinceCheckpoint >= CHECKPOINT_BATCHES) {
        sinceCheckpoint = 0
        database.checkpoint()
      }
      jobs = closing ? [] : gather(null)
    }
    if (!closing) return
    database.close()
    port.close()
  })
  port.postMessage('ready')
}

function receive(port: MessagePort): WriterMessage | null {
  const received = receiveMessageOnPort(port) as { message: WriterMessage } | undefined
  return received?.message ?? null
}

if (parentPort !== null) serve(parentPort, (workerData as { file: string }).file)
