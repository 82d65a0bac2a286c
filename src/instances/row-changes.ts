import type { InstanceRow } from '../model/instance.ts'
import type { Repeated } from '../model/once.ts'
import type { Settings } from '../model/settings.ts'
import type { Batch, Write } from '../storage/store.ts'
import { newInstanceToken } from './identifiers.ts'
import type { InstanceRecord } from './record.ts'
import type { RefusedBy } from './refused-by.ts'

export type RowPatch = Partial<Settings> & { readonly name?: string }
export type TariffChange = Pick<InstanceRow, 'tariff' | 'paidUntil'>

/** Durable when it resolves; what the patch does not have stays as it is. */
export async function changeSettings(
  record: InstanceRecord,
  { name, ...settings }: RowPatch,
  beside: readonly Write[],
): Promise<void> {
  const instance = record.id
  await record.changes.run(async () => {
    const writes: Write[] = []
    const merged: Settings = { ...record.row.settings, ...settings }
    if (Object.keys(settings).length > 0) writes.push({ kind: 'instance.settings', instance, settings: merged })
    if (name !== undefined) writes.push({ kind: 'instance.name', instance, name })
    await record.commit(writes.concat(beside))
    record.follow({ settings: merged, ...(name === undefined ? {} : { name }) })
  })
}

/** A new token in the place of the old; durable, and `stored` was called, when it resolves. */
export function changeToken(record: InstanceRecord, stored: () => void, beside: readonly Write[]): Promise<string> {
  return record.changes.run(async () => {
    const token = newInstanceToken(record.node.random)
    await record.commit([{ kind: 'instance.token', instance: record.id, token }, ...beside])
    record.follow({ token })
    stored()
    return token
  })
}

/** Another tariff, or a later end of the paid time, with what pays for it; durable when it resolves. */
export function changeTariff(
  record: InstanceRecord,
  { tariff, paidUntil }: TariffChange,
  beside: Batch,
): Promise<{ readonly ok: true } | RefusedBy | Repeated> {
  const write: Write = { kind: 'instance.tariff', instance: record.id, tariff, paidUntil }
  return record.changes.run(async () => {
    // Deleted since this was worked out: its time is nobody's any more, and nothing is paid for it.
    if (record.row.deletedAt !== null) return { refusedBy: { kind: 'paidUntil', instance: record.id, at: paidUntil } }
    const committed = await record.tryCommit([write, ...beside.writes], beside.guards)
    if (!committed.ok) {
      const { earlier, refusedBy } = committed
      return earlier === undefined ? { refusedBy } : { earlier }
    }
    record.follow({ tariff, paidUntil })
    return committed
  })
}
