#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { parseEnv } from 'node:util'
import { CommanderError } from 'commander'
import type { Context } from './cli/context.ts'
import { createProgram } from './cli/program.ts'
import { untilStopped } from './cli/until-stopped.ts'
import type { Env } from './config/load.ts'
import { secretValues } from './config/load.ts'
import { wakefulClock } from './lib/clock.ts'
import type { LogLevel } from './lib/pino-log.ts'
import { createLog } from './lib/pino-log.ts'

/** The process: the only file that reads argv and process.env, and that ends it. */

const env: Env = { ...environmentFile(), ...process.env }

const log = (level: LogLevel): ReturnType<typeof createLog> =>
  createLog({ level, readable: process.stderr.isTTY, secrets: secretValues(env) })

const context: Context = {
  env,
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
  ...(process.stderr.isTTY && { terminal: process.stderr }),
  setExitCode: (code) => {
    process.exitCode = code
  },
  log,
  input: () => text(process.stdin),
  untilStopped: (service, serviceLog) => {
    untilStopped(service, serviceLog, wakefulClock, process)
  },
}

// Whoever read our output may go away (`npm start | head`): that must not end a server.
process.stdout.on('error', () => undefined)

// After one of these nothing can be trusted: what was acknowledged is on disk, so the safe thing is to stop and be started again.
process.on('uncaughtException', (error) => {
  die(error, 'uncaught exception')
})
process.on('unhandledRejection', (error) => {
  die(error, 'unhandled rejection')
})

try {
  await createProgram(context).parseAsync(process.argv)
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else die(error, 'failed')
}

function die(error: unknown, text: string): never {
  log('error').error({ error }, text)
  process.exit(1)
}

/** `.env` of the working directory, if there is one; the real environment goes before it. */
function environmentFile(): Env {
  try {
    return parseEnv(readFileSync('.env', 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw error
  }
}
