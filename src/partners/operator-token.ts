import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import type { Random } from '../lib/random.ts'
import type { Seal } from '../lib/seal.ts'

const PLACE = 'operator:token'
const RANDOM_BYTES = 24

export interface OperatorToken {
  readonly token: string
  /** This start made it: it may be shown, once. */
  readonly isNew: boolean
}

/**
 * The operator's token: the configured one, else one made at first start and kept sealed beside the database. A crash between
 * making and keeping it only means that the next start makes another, for nobody has seen the first.
 */
export function openOperatorToken(from: {
  readonly file: string
  readonly seal: Seal
  readonly random: Random
  readonly given: string | undefined
}): OperatorToken {
  if (from.given !== undefined) return { token: from.given, isNew: false }
  const kept = readOperatorToken(from.file, from.seal)
  if (kept !== undefined) return { token: kept, isNew: false }
  const token = `op.${from.random.bytes(RANDOM_BYTES).toString('hex')}`
  writeFileSync(from.file, `${from.seal.seal(token, PLACE)}\n`, { mode: 0o600, flush: true })
  chmodSync(from.file, 0o600)
  return { token, isNew: true }
}

/** The operator's token that is kept in `file`, in clear; undefined when no start has made one yet. */
export function readOperatorToken(file: string, seal: Seal): string | undefined {
  const kept = readIfThere(file)
  return kept === undefined ? undefined : seal.open(kept, PLACE)
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
