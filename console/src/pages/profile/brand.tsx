import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useHere } from '../../api/account.ts'
import { ask, path } from '../../api/client.ts'
import { nullable, object, or, text, type Read } from '../../api/read.ts'
import { PageHead } from '../../parts/page-head.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { useWords } from '../../words/words.ts'
import { BrandForm } from './brand-form.tsx'

const readBrand = object({
  name: text,
  color: nullable(text),
  logo: nullable(text),
  supportText: or(text, ''),
  supportUrl: nullable(text),
})
export type Brand = Read<typeof readBrand>
export const NO_BRAND: Brand = { name: '', color: null, logo: null, supportText: '', supportUrl: null }

export function brandKey(account: string): readonly string[] {
  return ['account', account, 'brand']
}

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
