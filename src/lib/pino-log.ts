import { writeSync } from 'node:fs'
import type { Logger } from 'pino'
import { pino, stdTimeFunctions } from 'pino'
import type { Log } from './log.ts'
import { masking } from './masking.ts'
import { readableLine } from './readable-line.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export interface LogOptions {
  readonly level: LogLevel
  /** Lines for people instead of JSON; for a terminal. */
  readonly readable: boolean
  /** Values that are masked wherever they stand, beside everything that looks like a token. */
  readonly secrets?: readonly string[]
  /** Where lines go, each with its line break; stderr without it. */
  readonly write?: (line: string) => void
}

/**
 * The log of a process: one event, one line. Masking works on the finished line, so that no path around it exists: a secret
 * inside an error's stack or a nested field is caught like one in the text.
 */
export function createLog({ level, readable, secrets = [], write = writeStderr }: LogOptions): Log {
  const mask = masking(secrets)
  const destination = {
    write: (line: string): void => {
      write(mask(readable ? readableLine(line) : line))
    },
  }
  return wrap(
    pino(
      {
        level,
        base: null,
        timestamp: stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
        serializers: { error: pino.stdSerializers.err },
      },
      destination,
    ),
  )
}

function wrap(logger: Logger): Log {
  return {
    debug: (fields, text) => {
      logger.debug(fields, text)
    },
    info: (fields, text) => {
      logger.info(fields, text)
    },
    warn: (fields, text) => {
      logger.warn(fields, text)
    },
    error: (fields, text) => {
      logger.error(fields, text)
    },
    child: (fields) => wrap(logger.child(fields)),
  }
}

/** At once and in order, so that the last words of a dying process are not lost. A closed stderr must not end the server. */
function writeStderr(line: string): void {
  const bytes = Buffer.from(line)
  let written = 0
  for (let attempts = 0; written < bytes.length && attempts < 50; attempts += 1) {
    try {
      written += writeSync(2, bytes, written)
    } catch (error) {
      if (!isBusy(error)) return
    }
  }
}

/** A pipe whose reader is behind answers EAGAIN; the rest of the line is tried again, then dropped. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN'
}
