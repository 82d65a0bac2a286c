import type { EpochMs } from '../model/ids.ts'

/** `2022-06-03T18:39:44`: UTC, without a zone, as the contract writes times of instances. */
export function wireTime(at: EpochMs): string {
  return new Date(at).toISOString().slice(0, 19)
}

/** Unix seconds. */
export function wireSeconds(at: EpochMs): number {
  return Math.floor(at / 1000)
}
