import { readFileSync } from 'node:fs'

/** Clock ticks a second in /proc/<pid>/stat; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

/** Seconds of processor time that the process, all its threads included, has used. */
export function cpuSeconds(pid: number): number {
  return secondsIn(`/proc/${pid}/stat`)
}

/** As `cpuSeconds`, and of the children that it had and that have ended. */
export function cpuSecondsOfAll(pid: number): number {
  return secondsIn(`/proc/${pid}/stat`, [11, 12, 13, 14])
}

/** As `cpuSeconds`, of its main thread alone. */
export function mainThreadSeconds(pid: number): number {
  return secondsIn(`/proc/${pid}/task/${pid}/stat`)
}

/** The fields, counted behind the name: 11 and 12 are its own time, 13 and 14 that of its children that have ended. */
function secondsIn(file: string, fields: readonly number[] = [11, 12]): number {
  const stat = readFileSync(file, 'utf8')
  const all = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.reduce((ticks, field) => ticks + Number(all[field]), 0) / TICKS_PER_SECOND
}

export function residentMb(pid: number): number {
  return kilobytesOf(pid, 'VmRSS') / 1024
}

/** The most that was ever resident. */
export function peakResidentMb(pid: number): number {
  return kilobytesOf(pid, 'VmHWM') / 1024
}

function kilobytesOf(pid: number, what: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(status)?.[1] ?? Number.NaN)
}
