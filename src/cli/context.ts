import type { Env } from '../config/load.ts'
import type { Log } from '../lib/log.ts'
import type { LogLevel } from '../lib/pino-log.ts'

/** What a command may use of its process; `main.ts` gives the real one, a test its own. */
export interface Context {
  readonly env: Env
  /** One line to stdout: what the command is asked for. */
  print(line: string): void
  /** One line to stderr: why a command can't do it. */
  complain(line: string): void
  /** Where a bar may be drawn; absent where stderr is no terminal. */
  readonly terminal?: NodeJS.WritableStream
  /** The exit code once the command is done; 0 unless set. 1: it failed, 2: it was asked wrongly. */
  setExitCode(code: number): void
  /** The process's log: lines on stderr, with every secret of the environment masked. */
  log(level: LogLevel): Log
  /** All of standard input. */
  input(): Promise<string>
  /** Runs until the process is told to stop, then closes `service` once. */
  untilStopped(service: Closable, log: Log): void
}

/** Something that runs: a server, a network. */
export interface Closable {
  close(): Promise<void>
  /** So much longer than usual it may take: for handing over to others. */
  readonly leaveMs?: number
}
