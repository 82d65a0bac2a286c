import { createHash } from 'node:crypto'
import type { Note } from '../drivers/driver.ts'
import type { LinkedAccount } from '../model/instance.ts'
import type { Messenger } from '../model/messenger.ts'

/** All that makes an instance the linked device. Whoever has it is that device: it is as secret as the account itself. */
export interface Link {
  readonly messenger: Messenger
  readonly account: LinkedAccount
  /** What its driver keeps, by its names. */
  readonly secrets: ReadonlyMap<string, Uint8Array>
  /** What of it loses its use with time. */
  readonly notes: ReadonlyMap<string, Note>
}

/** SHA-256, in hex, over everything in a link: another one as soon as anything of it is another. */
export function fingerprintOf({ messenger, account, secrets, notes }: Link): string {
  const hash = createHash('sha256')
  const add = (...values: readonly unknown[]) => hash.update(`${JSON.stringify(values)}\n`)
  add(messenger)
  for (const [name, value] of inOrder(Object.entries(account))) add('account', name, value)
  for (const [name, value] of inOrder(secrets)) add('secret', name, base64(value))
  for (const [name, { value, until }] of inOrder(notes)) add('note', name, base64(value), until)
  return hash.digest('hex')
}

/** By name, so that nothing depends on the order in which a database gives them. */
function inOrder<Value>(entries: Iterable<readonly [string, Value]>): readonly (readonly [string, Value])[] {
  return [...entries].toSorted(([one], [other]) => (one < other ? -1 : 1))
}

function base64(value: Uint8Array): string {
  return Buffer.from(value).toString('base64')
}
