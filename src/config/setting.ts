import type { Kind } from './kinds.ts'

/** A row of the table that everything about configuration derives from: reading, defaults, `.env.example`, the docs. */
export interface Setting<T> {
  readonly env: `JADEGATE_${string}`
  /** As it would be written in the environment; empty where there is none. */
  readonly default: string
  /** `ms`, `hours`, `days`, `MB`; empty where there is none. */
  readonly unit: string
  readonly group: Group
  readonly description: string
  /** Never printed, logged or written to a file. */
  readonly secret: boolean
  readonly kind: Kind<T>
}

export const GROUPS = [
  'Server',
  'Access',
  'Console',
  'Messengers',
  'Sending',
  'Files',
  'Webhooks',
  'Retention',
  'Cluster',
] as const
export type Group = (typeof GROUPS)[number]

interface Options {
  readonly default?: string
  readonly unit?: string
  readonly secret?: boolean
}

export type Row<T> = readonly [env: Setting<T>['env'], kind: Kind<T>, description: string, options?: Options]

export function row<T>(group: Group, [env, kind, description, options = {}]: Row<T>): Setting<T> {
  return { env, kind, description, group, default: '', unit: '', secret: false, ...options }
}
