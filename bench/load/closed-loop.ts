import { Connection } from './connection.ts'
import type { Job, JobResult } from './job.ts'
import { wrongAnswer, Timings } from './timings.ts'

export function runClosed(job: Extract<Job, { kind: 'closed' }>): Promise<JobResult> {
  const { requests, expect, connections } = job
  const start = performance.now() + job.warmupMs
  const end = start + job.durationMs
  const timings = new Timings(start, end)
  let next = 0
  let left = connections
  return new Promise((resolve, reject) => {
    const drive = (connection: Connection): void => {
      const startedAt = performance.now()
      const request = requests[next++ % requests.length] ?? ''
      connection.send(request, (answer) => {
        const now = performance.now()
        const wrong = wrongAnswer(expect, answer)
        if (wrong !== null) {
          connection.close()
          reject(wrong)
          return
        }
        timings.add(startedAt, now)
        if (now < end) return drive(connection)
        connection.close()
        if (--left === 0) resolve(timings.result())
      })
    }
    for (let number = 0; number < connections; number++) drive(new Connection(job.port, reject))
  })
}
