import type { EpochMs } from '../model/ids.ts'

/**
 * When the next message may leave: the delay counts from the previous send, so after a long pause it is now. A clock that was
 * set back never makes it wait longer than one delay.
 */
export function nextSendAt(now: EpochMs, lastSentAt: EpochMs, delayMs: number): EpochMs {
  const elapsedMs = now - lastSentAt
  if (elapsedMs >= delayMs) return now
  return now + Math.min(delayMs - elapsedMs, delayMs)
}

/**
 * When a queued message is given up: it keeps for so long after the instance ceased to be authorised, or after it was queued
 * while it was not. Time during which the instance was authorised does not count.
 */
export function expiresAt(enqueuedAt: EpochMs, unauthorizedSince: EpochMs, keepMs: number): EpochMs {
  return Math.max(enqueuedAt, unauthorizedSince) + keepMs
}
