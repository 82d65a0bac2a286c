import { randomBytes } from 'node:crypto'

/** Randomness, injected: a test passes one it can foretell. */
export interface Random {
  bytes(count: number): Buffer
  /** 0 ≤ x < 1, for jitter; not for secrets. */
  fraction(): number
}

export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  fraction: () => Math.random(),
}
