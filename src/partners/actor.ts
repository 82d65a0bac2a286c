/** Who does something, as the audit log and the ledger name him: `operator`, `cli`, `system`, or `partner:{token id}`. */
export type Actor = 'operator' | 'cli' | 'system' | `partner:${string}`
