import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Failure, LoadingLines } from './states.tsx'

interface QueryViewProps<T> {
  readonly query: UseQueryResult<T>
  /** What stands there until the first answer; grey lines where nothing is said. */
  readonly loading?: ReactNode
  readonly children: (data: T) => ReactNode
}

/** The states of something fetched: on its way, failed (with a way to try again), here. What is here stays while it is fetched anew. */
export function QueryView<T>({ query, loading, children }: QueryViewProps<T>): ReactNode {
  if (query.data !== undefined) return children(query.data)
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />
  return loading ?? <LoadingLines />
}
