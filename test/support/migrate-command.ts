import { runCommand, type Ended } from './command.ts'

export const MIGRATE: readonly string[] = ['migrate', '--from', 'sqlite', '--to', 'postgres']

export interface Move {
  /** The data folder. */
  readonly folder: string
  /** The database that it goes to. */
  readonly url: string
  /** The sealing key, in hexadecimal. */
  readonly key: string
}

export interface MigrateOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
  readonly terminal?: NodeJS.WritableStream
}

/** What it printed and with which code it ended. */
export function runMigrate(move: Move, { env = {}, args = MIGRATE, terminal }: MigrateOptions = {}): Promise<Ended> {
  const moving = {
    JADEGATE_DATA_DIR: move.folder,
    JADEGATE_DATABASE_URL: move.url,
    JADEGATE_SEALING_KEY: move.key,
  }
  return runCommand(args, { env: { ...moving, ...env }, ...(terminal !== undefined && { terminal }) })
}
