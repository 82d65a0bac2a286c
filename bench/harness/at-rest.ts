import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from './bench.ts'
import { cpuSeconds, residentMb } from './usage.ts'

/** What a process holds that nobody asks anything, and which share of a core it uses. */
export async function atRest(bench: Bench, pid: number): Promise<{ readonly mb: number; readonly share: number }> {
  await sleep(bench.effort.idleMs / 2)
  const before = cpuSeconds(pid)
  const start = performance.now()
  await sleep(bench.effort.idleMs)
  return { mb: residentMb(pid), share: (cpuSeconds(pid) - before) / ((performance.now() - start) / 1000) }
}
