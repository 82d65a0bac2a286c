import { useState } from 'react'

interface Cursors {
  /** Of the page that is shown; undefined: the first. */
  readonly cursor: string | undefined
  /** 0 for the first. */
  readonly page: number
  /** `next`: where the page that is shown ends, as its answer said. */
  readonly go: (page: number, next: string | null) => void
}

/** The way through a list that says only where it goes on: the way back is remembered. Another `of` (a filter) begins at the first page. */
export function useCursors(of: string): Cursors {
  const [way, setWay] = useState<{ readonly of: string; readonly cursors: readonly string[] }>({ of, cursors: [] })
  const cursors = way.of === of ? way.cursors : []
  return {
    cursor: cursors.at(-1),
    page: cursors.length,
    go: (page, next) => {
      if (page < cursors.length) setWay({ of, cursors: cursors.slice(0, page) })
      else if (next !== null) setWay({ of, cursors: [...cursors, next] })
    },
  }
}
