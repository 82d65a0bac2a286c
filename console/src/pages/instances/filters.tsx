import { Button, CloseButton, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { MESSENGERS, STATES, type InstancePage } from '../../api/instances.ts'
import { Icon } from '../../parts/icon.tsx'
import { useWords } from '../../words/words.ts'
import classes from './filters.module.css'
import { firstOrder, isNarrowed, SORTS, type Search, type SearchState } from './search.ts'

/** So long after the last key a search begins. */
const TYPING_MS = 250

interface FiltersProps {
  readonly state: SearchState
  /** For the numbers beside the states; undefined until the first answer. */
  readonly found: InstancePage | undefined
}

export function Filters({ state: { search, change, clear }, found }: FiltersProps): ReactNode {
  const words = useWords('instances')
  const states = STATES.map((value) => ({ value, label: counted(words.states[value], found?.counts[value]) }))
  const messengers = MESSENGERS.map((value) => ({ value, label: words.messengers[value] }))
  const tariffs = [...new Set([...(found?.tariffs ?? []), ...(search.tariff === null ? [] : [search.tariff])])]
  return (
    <div className={classes['filters']} role="search">
      <SearchBox text={search.text} onText={(text) => change({ text })} />
      <Choice label={words.state} value={search.state} data={states} onChange={(value) => change({ state: value })} />
      <Choice
        label={words.messenger}
        value={search.messenger}
        data={messengers}
        onChange={(value) => change({ messenger: value })}
      />
      <Choice
        label={words.tariff}
        value={search.tariff}
        data={tariffs}
        onChange={(value) => change({ tariff: value })}
      />
      <SortChoice search={search} onChange={change} />
      {isNarrowed(search) && (
        <Button variant="subtle" onClick={clear}>
          {words.clear}
        </Button>
      )}
    </div>
  )
}

function counted(name: string, count: number | undefined): string {
  return count === undefined ? name : `${name} (${count})`
}

interface SearchBoxProps {
  readonly text: string
  readonly onText: (text: string) => void
}

function SearchBox({ text, onText }: SearchBoxProps): ReactNode {
  const words = useWords('instances')
  const [typed, setTyped] = useState(text)
  const sent = useRef(text)
  const search = useDebouncedCallback((next: string) => {
    sent.current = next
    onText(next)
  }, TYPING_MS)
  // The way back in the browser, and "clear", change it from outside. What came from here may be old: somebody types on.
  useEffect(() => {
    if (text === sent.current) return
    sent.current = text
    setTyped(text)
  }, [text])
  const type = (next: string): void => {
    setTyped(next)
    search(next)
  }
  return (
    <TextInput
      className={classes['search'] ?? ''}
      aria-label={words.search}
      placeholder={words.search}
      leftSection={<Icon name="search" />}
      rightSection={typed !== '' && <CloseButton aria-label={words.clearSearch} onClick={() => type('')} />}
      value={typed}
      maxLength={200}
      onChange={(event) => type(event.currentTarget.value)}
    />
  )
}

interface ChoiceProps {
  readonly label: string
  readonly value: string | null
  readonly data: readonly string[] | readonly { readonly value: string; readonly label: string }[]
  readonly onChange: (value: string | null) => void
}

function Choice({ label, value, data, onChange }: ChoiceProps): ReactNode {
  const words = useWords('instances')
  return (
    <Select
      className={classes['choice'] ?? ''}
      aria-label={label}
      placeholder={label}
      data={data}
      value={value}
      onChange={onChange}
      clearable
      clearButtonProps={{ 'aria-label': words.clearOne(label) }}
    />
  )
}

/** Phones have no heads of columns to click on. */
function SortChoice({
  search,
  onChange,
}: {
  readonly search: Search
  readonly onChange: SearchState['change']
}): ReactNode {
  const words = useWords('instances')
  return (
    <Select
      className={classes['choice'] ?? ''}
      hiddenFrom="sm"
      aria-label={words.sort}
      data={SORTS.map((value) => ({ value, label: words.sorts[value] }))}
      value={search.sort}
      allowDeselect={false}
      onChange={(sort) => {
        if (sort !== null) onChange({ sort, order: firstOrder(sort) })
      }}
    />
  )
}
