import { readFileSync } from 'node:fs'

/** Clock ticks a second in /proc/<pid>/stat; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

/** Seconds of processor time that the process, all its threads included, has used. */
export function cpuSeconds(pid: number): number {
  return secondsIn(`/proc/${pid}/stat`)
}

/** As `cpuSeconds`, of its main thread alone. */
export function mainThreadSeconds(pid: number): number {
  return secondsIn(`/proc/${pid}/task/${pid}/stat`)
}

function secondsIn(file: string): number {
  const stat = readFileSync(file, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
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
