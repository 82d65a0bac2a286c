import type { Settings } from '../model/settings.ts'
import type { Write } from '../storage/store.ts'
import { newInstanceToken } from './identifiers.ts'
import type { InstanceRecord } from './record.ts'

export type RowPatch = Partial<Settings> & { readonly name?: string }

/** Durable when it resolves; what the patch does not have stays as it is. */
export async function changeSettings(record: InstanceRecord, { name, ...settings }: RowPatch): Promise<void> {
  const instance = record.id
  await record.changes.run(async () => {
    const writes: Write[] = []
    const merged: Settings = { ...record.row.settings, ...settings }
    if (Object.keys(settings).length > 0) writes.push({ kind: 'instance.settings', instance, settings: merged })
    if (name !== undefined) writes.push({ kind: 'instance.name', instance, name })
    await record.commit(writes)
    record.follow({ settings: merged, ...(name === undefined ? {} : { name }) })
  })
}

/** A new token in the place of the old; durable, and `stored` was called, when it resolves. */
export function changeToken(record: InstanceRecord, stored: () => void): Promise<string> {
  return record.changes.run(async () => {
    const token = newInstanceToken(record.node.random)
    await record.commit([{ kind: 'instance.token', instance: record.id, token }])
    record.follow({ token })
    stored()
    return token
  })
}
