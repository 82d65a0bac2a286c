import type { Store, StoreUse } from '../../store.ts'
import type { PgLike, PgUse } from './pg-like.ts'

/** The same store, which also tells how busy the way to its database is. */
export function withUse(store: Store, db: PgLike): Store {
  let commits = 0
  return {
    ...store,
    async commit(batch) {
      commits += 1
      try {
        return await store.commit(batch)
      } finally {
        commits -= 1
      }
    },
    ...(db.use !== undefined && { use: useOf(db.use.bind(db), () => commits) }),
  }
}

function useOf(look: () => PgUse, commits: () => number): StoreUse {
  return {
    get connections() {
      return look().most
    },
    get busy() {
      const { open, idle } = look()
      return open - idle
    },
    get idle() {
      return look().idle
    },
    get waiting() {
      return look().waiting
    },
    get commits() {
      return commits()
    },
  }
}
