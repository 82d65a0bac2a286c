import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useSearchParams } from 'react-router'
import { PageHead } from '../../parts/page-head.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { useWords } from '../../words/words.ts'
import { useInstance } from './here.ts'
import { MethodForm } from './try/method-form.tsx'
import { methodsQuery, type Methods } from './try/method.ts'

const FIRST = 'sendMessage'

/** Any method of the contract, filled in, shown as code, and run. */
export default function Page(): ReactNode {
  const words = useWords('try')
  const methods = useQuery(methodsQuery)
  const { typeInstance } = useInstance()
  return (
    <>
      <PageHead title={words.title} description={words.about} />
      <QueryView query={methods}>{(all) => <Chosen methods={ofMessenger(all, typeInstance)} />}</QueryView>
    </>
  )
}

function ofMessenger({ groups, items }: Methods, messenger: string): Methods {
  return { groups, items: items.filter(({ messengers }) => messengers.includes(messenger)) }
}

function Chosen({ methods: { groups, items } }: { readonly methods: Methods }): ReactNode {
  const words = useWords('try')
  const told = useWords('methods')
  const [search, setSearch] = useSearchParams()
  const wanted = search.get('method') ?? FIRST
  const method = items.find(({ name }) => name === wanted) ?? items[0]
  if (method === undefined) return null
  return (
    <>
      <Select
        label={words.method}
        searchable
        nothingFoundMessage={words.noMethod}
        maw={420}
        mb="lg"
        value={method.name}
        onChange={(name) => setSearch({ method: name ?? FIRST }, { replace: true, preventScrollReset: true })}
        allowDeselect={false}
        maxDropdownHeight={360}
        data={groups.map(({ name, title }) => ({
          group: told.groups[name] ?? title,
          items: items.filter(({ group }) => group === name).map((one) => one.name),
        }))}
      />
      <MethodForm key={method.name} method={method} />
    </>
  )
}
