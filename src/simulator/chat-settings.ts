import type { EpochMs } from '../model/ids.ts'
import type { Messenger } from '../model/messenger.ts'
import type { NetworkFile } from './network-file.ts'

/** How an account keeps one of its chats. */
export interface ChatSetting {
  readonly isArchived: boolean
  /** Seconds after which messages vanish; 0: never. A group has its own. */
  readonly ephemeralS: number
  readonly ephemeralSetAt: EpochMs
  /** 0: not muted. */
  readonly mutedUntil: EpochMs
}

interface Row {
  readonly archived: number
  readonly ephemeral_s: number
  readonly ephemeral_set_at: number
  readonly muted_until: number
}

const NEW: ChatSetting = { isArchived: false, ephemeralS: 0, ephemeralSetAt: 0, mutedUntil: 0 }

/** The chats of all accounts, as their owners keep them. `peer` is a phone's digits or a group's id. */
export class ChatSettings {
  readonly #file: NetworkFile
  readonly #find
  readonly #put

  constructor(file: NetworkFile) {
    this.#file = file
    this.#find = file.prepare<[string, string, string], Row>(
      `SELECT archived, ephemeral_s, ephemeral_set_at, muted_until FROM chat_settings
       WHERE messenger = ? AND owner = ? AND peer = ?`,
    )
    this.#put = file.prepare<[string, string, string, number, number, number, number]>(
      `INSERT INTO chat_settings (messenger, owner, peer, archived, ephemeral_s, ephemeral_set_at, muted_until)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET archived = excluded.archived, ephemeral_s = excluded.ephemeral_s,
         ephemeral_set_at = excluded.ephemeral_set_at, muted_until = excluded.muted_until`,
    )
  }

  get(messenger: Messenger, owner: string, peer: string): ChatSetting {
    const row = this.#find.get(messenger, owner, peer)
    if (row === undefined) return NEW
    return {
      isArchived: row.archived === 1,
      ephemeralS: row.ephemeral_s,
      ephemeralSetAt: row.ephemeral_set_at,
      mutedUntil: row.muted_until,
    }
  }

  set(messenger: Messenger, owner: string, peer: string, change: Partial<ChatSetting>): void {
    const { isArchived, ephemeralS, ephemeralSetAt, mutedUntil } = { ...this.get(messenger, owner, peer), ...change }
    this.#file.change(() =>
      this.#put.run(messenger, owner, peer, Number(isArchived), ephemeralS, ephemeralSetAt, mutedUntil),
    )
  }
}
