import { Connection } from './connection.ts'
import type { Job, JobResult } from './job.ts'
import { wrongAnswer, Timings } from './timings.ts'

/**
 * Looks once a millisecond for what is due. What is due while every connection is busy waits, and its waiting counts; that this
 * process itself looked late does not.
 */
export function runOpen(job: Extract<Job, { kind: 'open' }>): Promise<JobResult> {
  const { requests, expect, connections, perSecond } = job
  const begin = performance.now()
  const start = begin + job.warmupMs
  const end = start + job.durationMs
  const timings = new Timings(start, Number.POSITIVE_INFINITY)
  const idle: Connection[] = []
  const waiting: number[] = []
  let noticed = 0
  let next = 0
  let broken = false
  return new Promise((resolve, reject) => {
    for (let number = 0; number < connections; number++) idle.push(new Connection(job.port, reject))
    const step = (): void => {
      if (broken) return
      const now = performance.now()
      const due = Math.floor(((Math.min(now, end) - begin) / 1000) * perSecond)
      while (noticed < due) {
        noticed += 1
        const connection = idle.pop()
        if (connection === undefined) waiting.push(now)
        else send(connection, now)
      }
      if (now < end || idle.length < connections) {
        setTimeout(step, 1)
        return
      }
      for (const connection of idle) connection.close()
      timings.end(performance.now())
      resolve(timings.result())
    }
    const send = (connection: Connection, dueAt: number): void => {
      const request = requests[next++ % requests.length] ?? ''
      connection.send(request, (answer) => {
        const wrong = wrongAnswer(expect, answer)
        if (wrong !== null) {
          broken = true
          connection.close()
          reject(wrong)
          return
        }
        if (dueAt >= start) timings.add(dueAt, performance.now())
        const waited = waiting.shift()
        if (waited === undefined) idle.push(connection)
        else send(connection, waited)
      })
    }
    step()
  })
}
