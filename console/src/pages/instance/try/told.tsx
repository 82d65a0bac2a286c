import type { ReactNode } from 'react'

interface ToldProps {
  /** Undefined where the language of the page has no words of its own for it. */
  readonly own: string | undefined
  /** As the server tells it. */
  readonly english: string
}

/** What is said of a method or a field; what is English on a page of another language is marked so, for whoever has it read aloud. */
export function Told({ own, english }: ToldProps): ReactNode {
  return own ?? <span lang="en">{english}</span>
}
