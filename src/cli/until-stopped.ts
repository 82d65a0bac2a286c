import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Closable } from './context.ts'

/** The part of `process` that stopping needs. */
export interface Stoppable {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown
  exit(code: number): void
}

const LONGEST_CLOSE_MS = 10_000

/**
 * Closes `service` once at the first SIGTERM or SIGINT and ends the process: 0 when it closed, 1 when it failed or took longer than
 * 10 s and what it may take to hand over. Later signals are ignored: under npm one Ctrl-C arrives twice, from the terminal and from npm.
 * The timers of `clock` must keep the process alive: what is closed waits by timers that don't, perhaps with nothing open any more.
 */
export function untilStopped(service: Closable, log: Log, clock: Clock, process: Stoppable): void {
  let stopping = false
  const stop = (signal: string): void => {
    if (stopping) return
    stopping = true
    log.info({ signal }, 'stopping')
    const afterMs = LONGEST_CLOSE_MS + (service.leaveMs ?? 0)
    const timer = clock.after(afterMs, () => {
      log.error({ afterMs }, 'did not stop in time')
      process.exit(1)
    })
    service.close().then(
      () => {
        timer.cancel()
        log.info({}, 'stopped')
        process.exit(0)
      },
      (error: unknown) => {
        log.error({ error }, 'did not stop cleanly')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', () => {
    stop('SIGTERM')
  })
  process.on('SIGINT', () => {
    stop('SIGINT')
  })
}
