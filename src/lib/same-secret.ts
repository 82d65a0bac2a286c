import { timingSafeEqual } from 'node:crypto'

/** Longer texts are none of our secrets. */
const LONGEST = 512
const given = Buffer.alloc(LONGEST * 3)
const wanted = Buffer.alloc(LONGEST * 3)
/** The beginnings of both by their size: every call compares a token, and nearly all are of one size. */
const beginnings = new Map<number, readonly [Buffer, Buffer]>()

/** Compares in a time that tells nothing about where the texts differ. Their lengths may show. */
export function isSameSecret(left: string, right: string): boolean {
  if (left.length !== right.length || left.length > LONGEST) return false
  const size = given.write(left)
  if (wanted.write(right) !== size) return false
  const [one, other] = beginningsOf(size)
  return timingSafeEqual(one, other)
}

function beginningsOf(size: number): readonly [Buffer, Buffer] {
  let both = beginnings.get(size)
  if (both === undefined) beginnings.set(size, (both = [given.subarray(0, size), wanted.subarray(0, size)]))
  return both
}
