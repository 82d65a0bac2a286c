import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useHere } from '../../api/account.ts'
import { ask, path } from '../../api/client.ts'
import { PageHead } from '../../parts/page-head.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { useWords } from '../../words/words.ts'
import { brandKey, readBrand } from './brand-answer.ts'
import { BrandForm } from './brand-form.tsx'

/** How the public page shows itself on which phones are linked. */
export default function BrandPage(): ReactNode {
  const words = useWords('profile')
  const account = useHere()
  const query = useQuery({
    queryKey: brandKey(account),
    queryFn: ({ signal }) => ask({ path: path`/accounts/${account}/brand`, signal, read: readBrand }),
    // A look at another window must not undo what is typed here.
    refetchOnWindowFocus: false,
  })
  return (
    <>
      <PageHead title={words.brand} description={words.brandText} />
      <QueryView query={query}>{(brand) => <BrandForm account={account} brand={brand} />}</QueryView>
    </>
  )
}
