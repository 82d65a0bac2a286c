import { test, type TestContext } from 'node:test'
import type { Store } from '../../src/storage/store.ts'

/** A database of one test. */
export interface Harness {
  /** Opens a store on the database; several times one after the other finds the same rows. */
  open(key?: Uint8Array): Promise<Store>
  /** All rows of all tables, read beside the store. */
  dump(): Promise<ReadonlyMap<string, readonly object[]>>
  /** Changes rows beside the store, as damage would. */
  change(sql: string): Promise<void>
  /** What lies on the disk, as near as one comes to it. */
  bytesAtRest(): Promise<Buffer>
  /** Closes nothing that the test opened. */
  destroy(): Promise<void>
}

/** Makes an empty database. */
export type Fresh = () => Promise<Harness>

/** A server of databases. */
export interface Engine {
  readonly fresh: Fresh
  close(): Promise<void>
}

/** What all tables hold, but how often it has changed. */
export async function contents(harness: Harness): Promise<Map<string, readonly object[]>> {
  const all = new Map(await harness.dump())
  all.delete('register')
  return all
}

/** A test with an open store on a fresh database, which is closed and removed afterwards. */
export function storeTest(
  fresh: Fresh,
  name: string,
  work: (store: Store, harness: Harness, t: TestContext) => Promise<void>,
): void {
  void test(name, async (t) => {
    const harness = await fresh()
    const store = await harness.open()
    try {
      await work(store, harness, t)
    } finally {
      await store.close()
      await harness.destroy()
    }
  })
}
