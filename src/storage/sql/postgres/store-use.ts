import type { Store, StoreUse } from '../../store.ts'
import type { PgLike, PgUse } from './pg-like.ts'

/** The same store, which also tells how busy the way to its database is. */
export function withUse(store: Store, db: PgLike): Store {
  let commits = 0
  const isOver = () => {
    commits -= 1
  }
  return {
    ...store,
    commit(batch) {
      commits += 1
      const committed = store.commit(batch)
      committed.then(isOver, isOver)
      return committed
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
