import type { ReactNode } from 'react'
import { PageHead } from '../../parts/page-head.tsx'
import { useWords } from '../../words/words.ts'
import { About } from './about.tsx'
import { PasswordChange } from './password-change.tsx'
import { SecondFactor } from './second-factor.tsx'
import { Sessions } from './sessions.tsx'

/** What a person decides about himself. */
export default function MePage(): ReactNode {
  const words = useWords('me')
  return (
    <>
      <PageHead title={words.title} />
      <About />
      <PasswordChange />
      <SecondFactor />
      <Sessions />
    </>
  )
}
