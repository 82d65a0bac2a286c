import type { ReactNode } from 'react'
import type { Terms } from '../api/account.ts'
import { useFormat } from '../words/format.ts'
import { useMoney } from '../words/money.ts'
import { useWords } from '../words/words.ts'
import { Facts } from './facts.tsx'

/** What was agreed with an account. */
export function TermFacts({ terms }: { readonly terms: Terms }): ReactNode {
  const words = useWords('terms')
  const format = useFormat()
  const money = useMoney()
  const { currency, defaultMessenger } = terms
  const orNoLimit = (value: number | null, shown: (known: number) => string): string =>
    value === null ? words.noLimit : shown(value)
  return (
    <Facts
      facts={[
        { name: words.currency, value: currency },
        { name: words.tariff, value: terms.tariff },
        { name: words.overdraftLimit, value: orNoLimit(terms.overdraftLimit, (most) => money.text(most, currency)) },
        {
          name: words.warnBelow,
          value: terms.warnBelow === null ? words.noWarning : money.text(terms.warnBelow, currency),
        },
        { name: words.instanceQuota, value: orNoLimit(terms.instanceQuota, format.number) },
        { name: words.createPerMinute, value: orNoLimit(terms.createPerMinute, format.number) },
        { name: words.storedBytes, value: orNoLimit(terms.storedBytes, format.bytes) },
        {
          name: words.defaultMessenger,
          value: defaultMessenger === null ? words.byRequest : (words.messengers[defaultMessenger] ?? defaultMessenger),
        },
      ]}
    />
  )
}
