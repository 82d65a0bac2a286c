import type { Job, Told } from './job.ts'
import { runClosed } from './closed-loop.ts'
import { runOpen } from './open-loop.ts'
import { runPairs } from './pairs.ts'

/** The process that makes the load: takes one job at a time from its parent and tells what came out. */
process.on('message', (job: Job) => {
  const tell = (told: Told): void => void process.send?.(told)
  run(job).then(
    (result) => tell({ ok: true, result }),
    (error: unknown) => tell({ ok: false, error: error instanceof Error ? error.message : String(error) }),
  )
})
process.on('disconnect', () => process.exit())

function run(job: Job) {
  switch (job.kind) {
    case 'closed':
      return runClosed(job)
    case 'open':
      return runOpen(job)
    case 'pairs':
      return runPairs(job)
  }
}
