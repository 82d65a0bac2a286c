import type { ReactNode } from 'react'
import { PageHead } from '../../parts/page-head.tsx'
import { useWords } from '../../words/words.ts'
import { DailyCharge } from './daily-charge.tsx'
import { Prices } from './prices.tsx'
import { TariffList } from './tariff-list.tsx'

/** What instances include, and what they cost. */
export default function TariffsPage(): ReactNode {
  const words = useWords('operator')
  return (
    <>
      <PageHead title={words.tariffs} description={words.tariffsText} />
      <TariffList />
      <Prices />
      <DailyCharge />
    </>
  )
}
