import type { Draft } from '../media/media.ts'
import type { KeptFile } from '../model/content.ts'
import type { Fault } from '../model/fault.ts'
import type { InstanceRecord } from './record.ts'

/** Keeps a file that somebody brought, unless its account has no room for it; durable when it resolves. What is there already needs none. */
export async function keepFile({ id, row, node }: InstanceRecord, draft: Draft): Promise<KeptFile | Fault> {
  const { media, entitlements } = node
  const file: KeptFile = { at: 'here', sha256: draft.sha256, size: draft.size }
  if ((await media.open(id, draft.sha256)) !== null) {
    await draft.keep(id)
    return file
  }
  const full = entitlements.roomFor(row.account, draft.size)
  if (full !== undefined) return full
  // Counted before it is there: of many at once none goes uncounted.
  entitlements.kept(row.account, draft.size)
  try {
    await draft.keep(id)
  } catch (error) {
    entitlements.kept(row.account, -draft.size)
    throw error
  }
  return file
}
