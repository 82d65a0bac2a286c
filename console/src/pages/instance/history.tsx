import type { ReactNode } from 'react'
import { PageHead } from '../../parts/page-head.tsx'
import { useWords } from '../../words/words.ts'

export default function Page(): ReactNode {
  const words = useWords('instance')
  return <PageHead title={words.tabs.history} />
}
