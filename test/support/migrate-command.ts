import assert from 'node:assert/strict'
import type { Context } from '../../src/cli/context.ts'
import { createProgram } from '../../src/cli/program.ts'
import { silentLog } from '../../src/lib/log.ts'

export const MIGRATE: readonly string[] = ['migrate', '--from', 'sqlite', '--to', 'postgres']

export interface Move {
  /** The data folder. */
  readonly folder: string
  /** The database that it goes to. */
  readonly url: string
  /** The sealing key, in hexadecimal. */
  readonly key: string
}

export interface MigrateOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
  readonly terminal?: NodeJS.WritableStream
}

/** The command in this process, as `main.ts` would run it; what it printed and with which code it ends. */
export async function runMigrate(move: Move, { env = {}, args = MIGRATE, terminal }: MigrateOptions = {}) {
  const out: string[] = []
  const err: string[] = []
  let code = 0
  const context: Context = {
    env: {
      JADEGATE_DATA_DIR: move.folder,
      JADEGATE_DATABASE_URL: move.url,
      JADEGATE_SEALING_KEY: move.key,
      ...env,
    },
    ...(terminal !== undefined && { terminal }),
    print: (line) => void out.push(line),
    complain: (line) => void err.push(line),
    setExitCode: (given) => (code = given),
    log: () => silentLog,
    input: () => Promise.resolve(''),
    untilStopped: () => assert.fail('the command runs on'),
  }
  await createProgram(context).parseAsync(args, { from: 'user' })
  return { code, out: out.join('\n'), err: err.join('\n') }
}
