/** The midnight run: charges days, closes months with their statements, warns of low balances; catches up after whatever happened. */
export interface DailyCharge {
  /** Looks every minute, and at each midnight UTC+3. */
  start(): void
  /** Resolves when nothing more is written. */
  stop(): Promise<void>
  /** Does now what is due. Resolves when it is done. */
  run(): Promise<void>
  /** Billing day and month up to which everything is done; null before the first run. */
  progress(): Promise<{ readonly chargedUpTo: number | null; readonly closedUpTo: number | null }>
}
