import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { OperatorTrouble } from './operator-trouble.ts'
import type { Random } from './random.ts'

const KEY_BYTES = 32
const HEX_KEY = /^[0-9a-f]{64}$/i

/** A key of 64 hex digits as 32 bytes. */
export function parseHexKey(text: string): Buffer {
  if (!HEX_KEY.test(text)) throw new OperatorTrouble('A sealing key is 64 hex digits.')
  return Buffer.from(text, 'hex')
}

/**
 * The key in a file that only its owner can read, made at first use. It is on disk, name and all, before it is returned: nothing
 * is ever sealed with a key that a crash could lose. Of two processes that start at once, both get the one that came first.
 */
export function openKeyFile(path: string, random: Random): Buffer {
  const found = readKey(path)
  if (found !== undefined) return found
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${random.bytes(6).toString('hex')}`
  const file = openSync(draft, 'wx', 0o600)
  try {
    writeSync(file, `${random.bytes(KEY_BYTES).toString('hex')}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  try {
    linkSync(draft, path)
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error
  } finally {
    unlinkSync(draft)
  }
  syncFolder(dirname(path))
  const key = readKey(path)
  if (key === undefined) throw new Error(`the key file ${path} vanished`)
  return key
}

function readKey(path: string): Buffer | undefined {
  try {
    return parseHexKey(readFileSync(path, 'utf8').trim())
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    if (error instanceof OperatorTrouble) throw new OperatorTrouble(`${path} holds no key: ${error.message}`)
    throw error
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
