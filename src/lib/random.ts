import { randomFillSync } from 'node:crypto'

/** Randomness, injected: a test passes one it can foretell. */
export interface Random {
  /** Fit for secrets. */
  bytes(count: number): Buffer
  /** 0 ≤ x < 1, for jitter; not for secrets. */
  fraction(): number
}

const POOL_BYTES = 8192
let pool = Buffer.alloc(0)
let used = 0

/** One system call fills the pool for hundreds of ids; every byte is handed out once. */
function take(count: number): Buffer {
  if (used + count > pool.length) {
    pool = randomFillSync(Buffer.alloc(Math.max(POOL_BYTES, count)))
    used = 0
  }
  used += count
  return pool.subarray(used - count, used)
}

export const systemRandom: Random = {
  bytes: take,
  fraction: () => Math.random(),
}
