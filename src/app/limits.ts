import type { Config } from '../config/schema.ts'
import type { Limits } from '../instances/node.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const MEGABYTE = 1024 * 1024

/** The settings in the domain's units: milliseconds and bytes. */
export function limitsOf(config: Config): Limits {
  return {
    unsureMs: config.unsureMs,
    unsureHoldMs: config.unsureHoldMs,
    loginTimeoutMs: config.loginTimeoutMs,
    keepQueueMs: config.keepQueueHours * HOUR_MS,
    keepNotificationsMs: config.keepNotificationsHours * HOUR_MS,
    keepJournalMs: config.keepJournalDays * DAY_MS,
    keepStatesMs: config.keepStatesDays * DAY_MS,
    keepDeletedMs: config.keepDeletedDays * DAY_MS,
    keepAnswersMs: config.keepAnswersHours * HOUR_MS,
    keepDeliveriesMs: config.keepDeliveriesDays * DAY_MS,
    keepMediaMs: config.keepMediaDays * DAY_MS,
    fileLimitBytes: config.fileLimitMb * MEGABYTE,
  }
}
