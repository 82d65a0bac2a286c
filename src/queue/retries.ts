/** What is put off is tried so often before it is given up, so that it can't block the rest of a queue for ever. */
export const TRIES = 5
export const RETRY_PLAN = { firstMs: 1000, longestMs: 30_000 } as const
