import { dictionary, flag, list, nullable, number, object, text, type Read } from './read.ts'

const readNode = object({
  node: text,
  version: text,
  startedAt: text,
  isThis: flag,
  isAlive: flag,
  isLeaving: flag,
})
export type HealthNode = Read<typeof readNode>

const readFullest = object({ idInstance: number, account: text, name: text, queued: number, notifications: number })
export type Fullest = Read<typeof readFullest>

const readSigns = object({
  time: text,
  residentBytes: number,
  cpu: number,
  authorized: number,
  queued: number,
  notifications: number,
  oldestMs: number,
  commits: number,
})
export type Signs = Read<typeof readSigns>

/** How the node that answered is, and the last hour. */
export const readHealth = object({
  node: text,
  isAlone: flag,
  trouble: nullable(text),
  uptimeSeconds: number,
  residentBytes: number,
  heapUsedBytes: number,
  nodes: list(readNode),
  leases: object({ owned: number, living: number, free: number, doesJobs: flag, beatAgeMs: nullable(number) }),
  instances: object({ states: dictionary(number), held: number }),
  queued: number,
  notifications: number,
  oldestMs: number,
  fullest: list(readFullest),
  database: nullable(object({ connections: number, busy: number, idle: number, waiting: number, commits: number })),
  series: list(readSigns),
})
export type Health = Read<typeof readHealth>
