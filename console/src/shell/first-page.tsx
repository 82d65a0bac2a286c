import type { ReactNode } from 'react'
import { Navigate } from 'react-router'
import { useMe } from '../api/me.ts'
import { Empty } from '../parts/states.tsx'
import { useWords } from '../words/words.ts'
import { keptAccount } from './account.ts'

/** Where a person begins: with the account of last time, else the first one, else what an operator does. */
export default function FirstPage(): ReactNode {
  const words = useWords('shell')
  const { memberships, person } = useMe()
  const kept = keptAccount()
  const first = memberships.find(({ account }) => account.id === kept) ?? memberships[0]
  if (first !== undefined) return <Navigate to={`/a/${encodeURIComponent(first.account.id)}/instances`} replace />
  if (person.isOperator) return <Navigate to="/operator/accounts" replace />
  return <Empty title={words.noAccounts}>{words.noAccountsText}</Empty>
}
