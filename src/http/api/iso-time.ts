import type { EpochMs } from '../../model/ids.ts'

/** `2026-11-20T21:00:00.000Z`. */
export function isoTime(at: EpochMs): string {
  return new Date(at).toISOString()
}

export function isoTimeOrNull(at: EpochMs | null): string | null {
  return at === null ? null : isoTime(at)
}
