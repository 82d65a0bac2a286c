import { useMatch } from 'react-router'
import { useMe, type Membership, type Role } from '../api/me.ts'

const KEY = 'jadegate-account'

/** The account of the page's address, or the one of last time on pages that belong to none; null where there is none. */
export function useAccount(): Membership | null {
  const { memberships } = useMe()
  const here = useAccountId()
  const id = here ?? keptAccount()
  const found = memberships.find(({ account }) => account.id === id)
  if (found !== undefined) return found
  return here === null ? (memberships[0] ?? null) : null
}

/** The account's id in the page's address. An operator may look at accounts that he is no member of. */
export function useAccountId(): string | null {
  return useMatch('/a/:account/*')?.params.account ?? null
}

/** What the person may do in the account of the page's address: an operator is an owner everywhere. */
export function useRole(): Role | null {
  const { person, memberships } = useMe()
  const id = useAccountId()
  if (person.isOperator) return 'owner'
  return memberships.find(({ account }) => account.id === id)?.role ?? null
}

export function keptAccount(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}

export function keepAccount(id: string): void {
  try {
    localStorage.setItem(KEY, id)
  } catch {
    // The next visit begins with the first account.
  }
}
