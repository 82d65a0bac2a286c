import type { Api } from './api.ts'
import type { Delivery } from './evidence.ts'

const LINK = /"downloadUrl":"([^"]+)"/g
const HASH = /\/([0-9a-f]{64})(?:\.[a-z0-9]+)?$/
const AT_ONCE = 16

/** Every link that clients were told, by notification or as the answer to an upload, with the hash that it promises. */
export function linksIn(
  deliveries: readonly Delivery[],
  uploads: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const links = new Map(uploads)
  for (const { body } of deliveries) {
    for (const [, url = ''] of body.matchAll(LINK)) {
      const hash = HASH.exec(url)?.[1]
      if (hash !== undefined) links.set(url, hash)
    }
  }
  return links
}

/** The links that don't give what they promise. */
export async function linkFaults(links: ReadonlyMap<string, string>, api: Api): Promise<readonly string[]> {
  const faults: string[] = []
  const waiting = [...links]
  const fetchAll = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [url, hash] = next
      const found = await api.hashOf(new URL(url).pathname)
      if (found !== hash) faults.push(`${url} gives ${String(found)}, and should give ${hash}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, fetchAll))
  return faults
}
