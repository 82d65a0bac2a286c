import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { ask, withQuery } from '../../api/client.ts'
import { accountsKey, readAccounts } from '../../api/operator.ts'
import { list, object, or, text } from '../../api/read.ts'

const MOST = 1000
const FRESH_MS = 60_000

const readPeople = object({ people: list(object({ id: text, name: or(text, ''), email: text })) })

/** What people call what the log names by numbers; undefined for what is not known (any more). */
export interface Names {
  /** False while they are on their way: what is shown now would change under the eyes of the reader. */
  readonly isReady: boolean
  person(id: string): string | undefined
  account(id: string): string | undefined
  currency(account: string): string | undefined
}

export function useNames(): Names {
  const people = useQuery({
    queryKey: ['operator', 'people', 'names'],
    queryFn: ({ signal }) => ask({ path: withQuery('/operator/people', { limit: MOST }), signal, read: readPeople }),
    staleTime: FRESH_MS,
  })
  const accounts = useQuery({
    queryKey: [...accountsKey, 'names'],
    queryFn: ({ signal }) =>
      ask({ path: withQuery('/operator/accounts', { limit: MOST }), signal, read: readAccounts }),
    staleTime: FRESH_MS,
  })
  const isReady = !people.isPending && !accounts.isPending
  return useMemo(() => {
    const persons = new Map(people.data?.people.map(({ id, name, email }) => [id, name === '' ? email : name]))
    const known = new Map(accounts.data?.items.map((account) => [account.id, account]))
    return {
      isReady,
      person: (id) => persons.get(id),
      account: (id) => known.get(id)?.name,
      currency: (id) => known.get(id)?.terms.currency,
    }
  }, [people.data, accounts.data, isReady])
}
