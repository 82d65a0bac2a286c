import { NativeSelect, SimpleGrid, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Terms } from '../../api/account.ts'
import { parseMoney, plainMoney } from '../../words/money.ts'
import { useWords } from '../../words/words.ts'

const MEGABYTE = 1024 * 1024
const MESSENGERS = ['whatsapp', 'v3', 'telegram'] as const

/** Terms as they stand in the fields; empty: no limit. */
export interface TermDraft {
  readonly currency: string
  readonly tariff: string
  readonly overdraftLimit: string
  readonly warnBelow: string
  readonly instanceQuota: string
  readonly createPerMinute: string
  readonly storedMegabytes: string
  readonly defaultMessenger: string
}

export const NEW_TERMS: TermDraft = {
  currency: 'USD',
  tariff: 'PARTNER',
  overdraftLimit: '',
  warnBelow: '',
  instanceQuota: '',
  createPerMinute: '',
  storedMegabytes: '',
  defaultMessenger: '',
}

export function draftOf(terms: Terms): TermDraft {
  const money = (amount: number | null): string => (amount === null ? '' : plainMoney(amount, terms.currency))
  const count = (value: number | null): string => (value === null ? '' : String(value))
  return {
    currency: terms.currency,
    tariff: terms.tariff,
    overdraftLimit: money(terms.overdraftLimit),
    warnBelow: money(terms.warnBelow),
    instanceQuota: count(terms.instanceQuota),
    createPerMinute: count(terms.createPerMinute),
    storedMegabytes: terms.storedBytes === null ? '' : String(Math.round(terms.storedBytes / MEGABYTE)),
    defaultMessenger: terms.defaultMessenger ?? '',
  }
}

type Trouble = Partial<Record<keyof TermDraft, 'notANumber' | 'notMoney'>>

/** What the fields mean, and which of them mean nothing. */
export function readDraft(draft: TermDraft): { readonly terms: Partial<Terms>; readonly trouble: Trouble } {
  const trouble: Trouble = {}
  const money = (key: 'overdraftLimit' | 'warnBelow'): number | null => {
    if (draft[key].trim() === '') return null
    const amount = parseMoney(draft[key], draft.currency)
    if (amount === null) trouble[key] = 'notMoney'
    return amount
  }
  const count = (key: 'instanceQuota' | 'createPerMinute' | 'storedMegabytes'): number | null => {
    const typed = draft[key].trim()
    if (typed === '') return null
    if (!/^\d{1,9}$/.test(typed)) trouble[key] = 'notANumber'
    return Number(typed)
  }
  const megabytes = count('storedMegabytes')
  const terms = {
    currency: draft.currency.trim().toUpperCase(),
    tariff: draft.tariff,
    overdraftLimit: money('overdraftLimit'),
    warnBelow: money('warnBelow'),
    instanceQuota: count('instanceQuota'),
    createPerMinute: count('createPerMinute'),
    storedBytes: megabytes === null ? null : megabytes * MEGABYTE,
    defaultMessenger: draft.defaultMessenger === '' ? null : draft.defaultMessenger,
  }
  return { terms, trouble }
}

/** Only what was touched: a field that rounds what it shows must not store the rounding. */
export function changedTerms(terms: Terms, draft: TermDraft): Partial<Terms> {
  const before = draftOf(terms)
  const touched = new Set<string>(TERM_OF.filter(([field]) => before[field] !== draft[field]).map(([, term]) => term))
  return Object.fromEntries(Object.entries(readDraft(draft).terms).filter(([term]) => touched.has(term)))
}

const TERM_OF: readonly (readonly [keyof TermDraft, keyof Terms])[] = [
  ['currency', 'currency'],
  ['tariff', 'tariff'],
  ['overdraftLimit', 'overdraftLimit'],
  ['warnBelow', 'warnBelow'],
  ['instanceQuota', 'instanceQuota'],
  ['createPerMinute', 'createPerMinute'],
  ['storedMegabytes', 'storedBytes'],
  ['defaultMessenger', 'defaultMessenger'],
]

interface TermFieldsProps {
  readonly draft: TermDraft
  /** Names of those that instances of partners can have. */
  readonly tariffs: readonly string[]
  readonly trouble: Trouble
  readonly onChange: (draft: TermDraft) => void
}

export function TermFields({ draft, tariffs, trouble, onChange }: TermFieldsProps): ReactNode {
  const words = useWords('operator')
  const field = (key: Exclude<keyof TermDraft, 'tariff' | 'defaultMessenger'>, description: string): ReactNode => {
    const fault = trouble[key]
    return (
      <TextInput
        label={words[key]}
        description={description}
        inputMode={key === 'currency' ? 'text' : 'decimal'}
        value={draft[key]}
        onChange={(event) => onChange({ ...draft, [key]: event.currentTarget.value })}
        error={fault === 'notMoney' ? words.notMoney(draft.currency) : fault && words.notANumber}
      />
    )
  }
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} style={{ alignItems: 'end' }}>
      {field('currency', words.currencyHint)}
      <NativeSelect
        label={words.tariff}
        data={[...new Set([draft.tariff, ...tariffs])]}
        value={draft.tariff}
        onChange={(event) => onChange({ ...draft, tariff: event.currentTarget.value })}
      />
      {field('overdraftLimit', words.emptyNoLimit)}
      {field('warnBelow', words.emptyNoWarning)}
      {field('instanceQuota', words.emptyNoLimit)}
      {field('createPerMinute', words.emptyNoLimit)}
      {field('storedMegabytes', words.emptyNoLimit)}
      <NativeSelect
        label={words.defaultMessenger}
        data={[
          { value: '', label: words.messengers.none },
          ...MESSENGERS.map((value) => ({ value, label: words.messengers[value] })),
        ]}
        value={draft.defaultMessenger}
        onChange={(event) => onChange({ ...draft, defaultMessenger: event.currentTarget.value })}
      />
    </SimpleGrid>
  )
}
