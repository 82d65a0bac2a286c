import type { ReactNode } from 'react'
import { useFormat } from '../../../words/format.ts'
import { useWords } from '../../../words/words.ts'
import type { Attempt } from './notice.ts'

/** `answered 200 · 12 ms`, or why no answer came. */
export function AttemptText({ attempt: { status, error, ms } }: { readonly attempt: Attempt }): ReactNode {
  const words = useWords('notifications')
  const format = useFormat()
  const what = status === 0 ? words.noAnswer(error) : words.answered(status)
  return `${what} · ${words.milliseconds(format.number(ms))}`
}
