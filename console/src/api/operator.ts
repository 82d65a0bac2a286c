import { readTerms } from './account.ts'
import { dictionary, list, nullable, number, object, oneOf, optional, text, type Read } from './read.ts'

const readAccountShape = {
  id: text,
  kind: oneOf('personal', 'partner'),
  name: text,
  createdAt: text,
  partnerSince: nullable(text),
  suspendedAt: nullable(text),
  deletedAt: nullable(text),
  warnedAt: nullable(text),
  instances: number,
  terms: readTerms,
}

/** An account as those see it who run the server. */
export const readAccount = object(readAccountShape)
export type Account = Read<typeof readAccount>
export const readAccounts = object({ items: list(readAccount), next: nullable(text) })

/** One that was made just now; a partner's with its first token. */
export const readMadeAccount = object({ ...readAccountShape, token: optional(object({ token: text })) })
export type MadeAccount = Read<typeof readMadeAccount>

export const accountsKey = ['operator', 'accounts'] as const

const readTariff = object({
  name: text,
  plan: oneOf('free', 'ahead', 'daily'),
  correspondents: nullable(number),
  calls: dictionary(number),
  instances: nullable(number),
})
export type Tariff = Read<typeof readTariff>
export const readTariffs = object({ items: list(readTariff) })
export const tariffsKey = ['operator', 'tariffs'] as const
