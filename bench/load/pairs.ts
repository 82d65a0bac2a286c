import { Connection, type Answer } from './connection.ts'
import type { Job, JobResult } from './job.ts'
import { wrongAnswer, Timings } from './timings.ts'

const RECEIPT = /"receiptId": ?(\d+)/

/** The clock stops when the first connection is through, so that all are busy while it runs; the rest is done without being counted. */
export function runPairs(job: Extract<Job, { kind: 'pairs' }>): Promise<JobResult> {
  const timings = new Timings(performance.now(), Number.POSITIVE_INFINITY)
  let left = job.connections
  return new Promise((resolve, reject) => {
    const drive = (number: number): void => {
      const mine = job.mailboxes.filter((_, place) => place % job.connections === number)
      const connection = new Connection(job.port, reject)
      let pairs = 0
      let startedAt = 0
      let remove = ''
      const next = (): void => {
        startedAt = performance.now()
        const mailbox = mine[pairs % mine.length]
        if (mailbox === undefined || pairs === mine.length * job.rounds) {
          timings.end(startedAt)
          connection.close()
          if (--left === 0) resolve(timings.result())
          return
        }
        pairs += 1
        remove = mailbox.remove
        connection.send(mailbox.receive, received)
      }
      const checked = (expect: string, then: (answer: Answer) => void) => (answer: Answer) => {
        const wrong = wrongAnswer(expect, answer)
        if (wrong === null) {
          then(answer)
          return
        }
        connection.close()
        reject(wrong)
      }
      const received = checked('receiptId', (answer) => {
        const receipt = RECEIPT.exec(answer.body.toString('latin1', 0, 64))?.[1] ?? ''
        connection.send(remove.replace('{receiptId}', receipt), removed)
      })
      const removed = checked('"result":true', () => {
        timings.add(startedAt, performance.now())
        next()
      })
      next()
    }
    for (let number = 0; number < job.connections; number++) drive(number)
  })
}
