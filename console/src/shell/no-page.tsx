import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { PageHead } from '../parts/page-head.tsx'
import { useWords } from '../words/words.ts'

export default function NoPage(): ReactNode {
  const words = useWords('common')
  return (
    <>
      <PageHead title={words.notFound} description={words.notFoundText} />
      <Button component={Link} to="/">
        {words.home}
      </Button>
    </>
  )
}
