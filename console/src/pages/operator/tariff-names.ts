import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { ask, withQuery } from '../../api/client.ts'
import { readTariffs, tariffsKey, type Tariff } from '../../api/operator.ts'

const MOST = 1000

export function useTariffs(): UseQueryResult<{ readonly items: readonly Tariff[] }> {
  return useQuery({
    queryKey: tariffsKey,
    queryFn: ({ signal }) => ask({ path: withQuery('/operator/tariffs', { limit: MOST }), signal, read: readTariffs }),
  })
}

/** Those that a partner's instances can have. */
export function usePartnerTariffs(): readonly string[] {
  const { data } = useTariffs()
  return (data?.items ?? []).filter(({ plan }) => plan === 'daily').map(({ name }) => name)
}
