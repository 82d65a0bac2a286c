import { Anchor } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, type ReactNode } from 'react'
import { Link, useLocation, useNavigate } from 'react-router'
import { ask } from '../../api/client.ts'
import { asFault } from '../../api/fault.ts'
import { object, or, text } from '../../api/read.ts'
import { QueryView } from '../../parts/query-view.tsx'
import type { Words } from '../../words/dictionaries.ts'
import { useWords } from '../../words/words.ts'
import { AcceptForm } from './accept-form.tsx'
import { LINK_KEY } from './enter.ts'
import { EntryFrame } from './entry-frame.tsx'
import { readLink, type OneTimeLink } from './one-time-link.ts'

/** What the page keeps of its link in the browser's history. */
const readState = or(object({ token: text }), { token: '' })

/** What a one-time link opens: an invitation, or a new password. */
export default function LinkPage(): ReactNode {
  const words = useWords('entry')
  const token = useToken()
  const query = useQuery({
    queryKey: [LINK_KEY, token],
    queryFn: () =>
      ask({ method: 'POST', path: '/links/look', body: { token }, read: readLink, mayBeUnauthorized: true }),
    enabled: token !== '',
    staleTime: Infinity,
    retryOnMount: false,
  })
  if (token === '') return <Dead title={words.linkMissing} text={words.linkMissingText} />
  if (query.isError && [400, 404, 410].includes(asFault(query.error).status)) {
    return <Dead title={words.linkGone} text={words.linkGoneText} />
  }
  const link = query.data
  return (
    <EntryFrame
      title={link === undefined ? words.link : titleOf(link, words)}
      text={link === undefined ? undefined : textOf(link, words)}
    >
      <QueryView query={query}>{(found) => <AcceptForm link={found} token={token} />}</QueryView>
    </EntryFrame>
  )
}

/**
 * The token out of the link's fragment. It moves at once to where neither the address bar nor a bookmark shows it, but a reload still finds
 * it.
 */
function useToken(): string {
  const location = useLocation()
  const navigate = useNavigate()
  const given = location.hash.slice(1)
  useEffect(() => {
    if (given !== '') void navigate('/link', { replace: true, state: { token: given } })
  }, [given, navigate])
  if (given !== '') return given
  return readState(location.state).token
}

function Dead({ title, text: why }: { readonly title: string; readonly text: string }): ReactNode {
  const words = useWords('entry')
  return (
    <EntryFrame title={title} text={why}>
      <Anchor component={Link} to="/sign-in" size="sm">
        {words.toSignIn}
      </Anchor>
    </EntryFrame>
  )
}

function titleOf({ kind, accountName }: OneTimeLink, words: Words<'entry'>): string {
  if (kind === 'reset') return words.linkReset
  return accountName === null ? words.linkInviteOperator : words.linkInviteTo(accountName)
}

function textOf({ email, hasPerson, kind }: OneTimeLink, words: Words<'entry'>): string | undefined {
  const whose = email === '' ? undefined : words.linkFor(email)
  return hasPerson && kind === 'invite' ? [whose, words.linkJoin].filter(Boolean).join('. ') : whose
}
