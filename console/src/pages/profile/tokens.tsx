import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { isLiving, readToken, useHere, useOwnAccount, type Token } from '../../api/account.ts'
import { ask, path, withQuery } from '../../api/client.ts'
import { list, object } from '../../api/read.ts'
import { Icon } from '../../parts/icon.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { Empty } from '../../parts/states.tsx'
import { useWords } from '../../words/words.ts'
import { tokensKey } from './token-names.ts'
import { IssueDialog } from './token-issue.tsx'
import { TokenTable } from './token-table.tsx'

const MOST = 1000
const readTokens = object({ items: list(readToken) })

/** The keys of the partner API. */
export default function TokensPage(): ReactNode {
  const words = useWords('profile')
  const account = useHere()
  const own = useOwnAccount(account)
  const [isIssuing, setIssuing] = useState(false)
  const isPartner = own.data?.kind === 'partner'
  const issue = (
    <Button leftSection={<Icon name="plus" />} onClick={() => setIssuing(true)}>
      {words.issue}
    </Button>
  )
  return (
    <>
      <PageHead title={words.tokens} description={words.tokensText} actions={isPartner ? issue : undefined} />
      <QueryView query={own}>
        {({ kind }) =>
          kind === 'partner' ? (
            <Tokens account={account} />
          ) : (
            <Empty title={words.noTokensForPersons}>{words.noTokensForPersonsText}</Empty>
          )
        }
      </QueryView>
      <IssueDialog account={account} isOpen={isIssuing} onClose={() => setIssuing(false)} />
    </>
  )
}

function Tokens({ account }: { readonly account: string }): ReactNode {
  const words = useWords('profile')
  const [showsAll, setShowsAll] = useState(false)
  const query = useQuery({
    queryKey: tokensKey(account),
    queryFn: ({ signal }) =>
      ask({ path: withQuery(path`/accounts/${account}/tokens`, { limit: MOST }), signal, read: readTokens }),
  })
  return (
    <QueryView query={query}>
      {({ items }) => {
        const newest = items.toReversed()
        const living = newest.filter((token) => isLiving(token))
        const over: readonly Token[] = newest.filter((token) => !isLiving(token))
        if (items.length === 0) return <Empty title={words.noTokens}>{words.noTokensText}</Empty>
        return (
          <>
            <TokenTable account={account} tokens={showsAll ? [...living, ...over] : living} />
            {over.length > 0 && !showsAll && (
              <Button variant="subtle" mt="sm" onClick={() => setShowsAll(true)}>
                {words.showOver(over.length)}
              </Button>
            )}
          </>
        )
      }}
    </QueryView>
  )
}
