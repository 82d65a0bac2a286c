import assert from 'node:assert/strict'
import { CommanderError } from 'commander'
import type { Context } from '../../src/cli/context.ts'
import { createProgram } from '../../src/cli/program.ts'
import { silentLog } from '../../src/lib/log.ts'

/** How a command ended, and what it said. */
export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface Around {
  readonly env?: Readonly<Record<string, string>>
  /** What it is given to read. */
  readonly input?: string
  readonly terminal?: NodeJS.WritableStream
}

/** Runs a `jadegate` command that ends by itself in this process, as `main.ts` would. */
export async function runCommand(
  args: readonly string[],
  { env = {}, input = '', terminal }: Around = {},
): Promise<Ended> {
  const out: string[] = []
  const err: string[] = []
  let code = 0
  const context: Context = {
    env,
    ...(terminal !== undefined && { terminal }),
    print: (line) => void out.push(line),
    complain: (line) => void err.push(line),
    setExitCode: (given) => (code = given),
    log: () => silentLog,
    input: () => Promise.resolve(input),
    untilStopped: () => assert.fail('the command runs on'),
  }
  try {
    await createProgram(context).parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    code = error.exitCode === 0 ? 0 : 2
  }
  return { code, out: out.join('\n'), err: err.join('\n') }
}
