import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads'
import { systemClock } from '../../lib/clock.ts'
import { createSeal } from '../../lib/seal.ts'
import { shrinkAtRest } from '../../lib/shrink-at-rest.ts'
import { CheckpointThread } from './checkpoint-thread.ts'
import { openSqlite } from './sqlite-database.ts'
import { countOf, SqliteGroup, type Job } from './sqlite-group.ts'

/**
 * The writer thread: the only one that writes, and the one that seals most of what must be sealed. Takes all that has arrived, runs it in one transaction with one flush to the disk,
 * answers, and looks again. An answer is the outcomes in the order of the jobs, or their number when all went well.
 */

/** A longer group would delay the answers to its first batches for longer than a flush costs. */
const GROUP_BATCHES = 512
/** After so many batches the log goes into the database file: more seldom is cheaper, as most pages change again and again. */
const CHECKPOINT_BATCHES = 12_000

export type WriterMessage = Job | 'close'

/** What the thread is started with. */
export interface WriterData {
  readonly file: string
  readonly sealingKey: Uint8Array
}

function serve(port: MessagePort, { file, sealingKey }: WriterData): void {
  const database = openSqlite(file, 'write')
  const group = new SqliteGroup(database, createSeal(sealingKey))
  const checkpoints = new CheckpointThread(file)
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

  /** After the answers, so that nobody who was answered waited for it. */
  function tendLog(): void {
    if (sinceCheckpoint >= CHECKPOINT_BATCHES) {
      sinceCheckpoint = 0
      checkpoints.begin()
    }
    // The rest, and with nothing left the log begins anew: it grows no longer.
    if (checkpoints.hasEnded()) database.checkpoint()
  }

  /** The last connection that closes takes what is left of the log into the file and removes it. */
  async function close(): Promise<void> {
    await checkpoints.close()
    database.close()
    port.close()
  }

  port.on('message', (first: WriterMessage) => {
    let jobs = gather(first)
    while (jobs.length > 0) {
      const outcomes = group.run(jobs)
      port.postMessage(outcomes.every((outcome) => outcome === null) ? outcomes.length : outcomes)
      tendLog()
      jobs = closing ? [] : gather(null)
    }
    if (closing) void close()
  })
  shrinkAtRest(systemClock)
  port.postMessage('ready')
}

function receive(port: MessagePort): WriterMessage | null {
  const received = receiveMessageOnPort(port) as { message: WriterMessage } | undefined
  return received?.message ?? null
}

if (parentPort !== null) serve(parentPort, workerData as WriterData)
