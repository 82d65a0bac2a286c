import type { ReactNode } from 'react'
import { isWeakPassword, type ApiFault } from '../../api/fault.ts'
import { Failure, Notice } from '../../parts/states.tsx'
import type { Words } from '../../words/dictionaries.ts'
import { useWords } from '../../words/words.ts'

/** What was wrong with the last try. */
export function EntryFault({ fault }: { readonly fault: ApiFault | null }): ReactNode {
  const words = useWords('entry')
  if (fault === null) return null
  const told = toldOf(fault, words)
  if (told === undefined) return <Failure error={fault} />
  return (
    <div role="alert">
      <Notice color="red">{told}</Notice>
    </div>
  )
}

function toldOf(fault: ApiFault, words: Words<'entry'>): string | undefined {
  if (isWeakPassword(fault)) return words.weakPassword
  const known: Readonly<Record<string, string>> = {
    codeNeeded: words.wrongCode,
    unauthorized: words.wrong,
    notFound: words.linkGoneText,
  }
  return known[fault.code]
}
