import type { ReactNode } from 'react'
import type { ApiFault } from '../../api/fault.ts'
import { Failure, Notice } from '../../parts/states.tsx'
import type { Words } from '../../words/dictionaries.ts'
import { useWords } from '../../words/words.ts'

/** Why a change of people was refused. */
export function PeopleFault({ fault }: { readonly fault: ApiFault | null }): ReactNode {
  const words = useWords('people')
  if (fault === null) return null
  const told = peopleFaultText(fault, words)
  if (told === undefined) return <Failure error={fault} />
  return (
    <div role="alert">
      <Notice color="red">{told}</Notice>
    </div>
  )
}

function peopleFaultText({ code, message }: ApiFault, words: Words<'people'>): string | undefined {
  if (code === 'invalid' && message.includes("'email'")) return words.badEmail
  if (code === 'conflict') return message.includes('meanwhile') ? words.overtaken : words.already
  const known: Readonly<Record<string, string>> = { lastOwner: words.lastOwner, lastOperator: words.lastOperator }
  return known[code]
}
