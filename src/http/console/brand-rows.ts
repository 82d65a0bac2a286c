import Type from 'typebox'
import type { Clock } from '../../lib/clock.ts'
import type { Brand } from '../../model/brand.ts'
import { fault, type Fault } from '../../model/fault.ts'
import { audited } from '../../partners/audit-log.ts'
import type { Store } from '../../storage/store.ts'
import type { AccountCaller } from '../api/account-caller.ts'
import { accountRoute as route } from '../api/account-caller.ts'
import type { ApiRow } from '../api/route.ts'
import { validationText } from '../errors.ts'

export interface BrandRowDeps {
  readonly store: Pick<Store, 'accounts' | 'commit'>
  readonly clock: Pick<Clock, 'now'>
}

const LOGO_BYTES = 64 * 1024
const MOST_PIXELS = 1024
const PREFIX = 'data:image/png;base64,'
const LOGO_LENGTH = PREFIX.length + Math.ceil(LOGO_BYTES / 3) * 4

const { Union, Null, Optional: optional } = Type
const text = Type.String()
const textOrNull = Union([text, Null()])

const BRAND = Type.Object({
  name: text,
  color: textOrNull,
  logo: textOrNull,
  supportText: text,
  supportUrl: textOrNull,
})
const WANTED = {
  name: Type.String({ minLength: 1, maxLength: 80 }),
  color: optional(Union([Type.String({ pattern: '^#[0-9a-fA-F]{6}$' }), Null()])),
  /** `data:image/png;base64,…` of 64 KB at most. */
  logo: optional(Union([Type.String({ maxLength: LOGO_LENGTH }), Null()])),
  supportText: optional(Type.String({ maxLength: 200 })),
  supportUrl: optional(Union([Type.String({ maxLength: 500 }), Null()])),
}
const NOTHING: Brand = { name: '', color: null, logo: null, supportText: '', supportUrl: null }

/** How the account shows itself on the page where phones are linked. */
export function brandRows({ store, clock }: BrandRowDeps): readonly ApiRow<AccountCaller>[] {
  const common = { at: '/brand', group: 'brand' } as const
  const note = ({ account, actor }: AccountCaller, details: { readonly name: string } | Record<string, never>) =>
    audited(actor, clock.now(), 'account.brand', { account: account.id, details })
  return [
    route({
      ...common,
      verb: 'GET',
      summary: 'Name, colour, logo and support of the account as the linking page shows them; an empty name: nothing.',
      scope: 'read',
      answer: BRAND,
      handle: async ({ account }) => brandView((await store.accounts.brand(account.id)) ?? NOTHING),
    }),
    route({
      ...common,
      verb: 'PUT',
      summary: 'Replaces them; what is not there is none.',
      scope: 'full',
      body: WANTED,
      answer: BRAND,
      async handle(caller, { body }) {
        const brand = brandOf(body)
        if ('fault' in brand) return brand
        const put = { kind: 'brand.put', account: caller.account.id, brand } as const
        await store.commit({ guards: [], writes: [put, note(caller, { name: brand.name })] })
        return brandView(brand)
      },
    }),
    route({
      ...common,
      verb: 'DELETE',
      summary: 'Takes them away.',
      scope: 'full',
      answer: null,
      async handle(caller) {
        const put = { kind: 'brand.put', account: caller.account.id, brand: null } as const
        await store.commit({ guards: [], writes: [put, note(caller, {})] })
        return null
      },
    }),
  ]
}

function brandView(brand: Brand): object {
  return { ...brand, logo: brand.logo === null ? null : PREFIX + brand.logo }
}

interface Wanted {
  readonly name: string
  readonly color?: string | null
  readonly logo?: string | null
  readonly supportText?: string
  readonly supportUrl?: string | null
}

const NO_NAME = "'name' is not allowed to be empty"
const NO_PICTURE = "'logo' must be a PNG of at most 64 KB and 1024 by 1024, as a data: URL"
const NO_LINK = "'supportUrl' must be an address of the web, of a mailbox or of a telephone"

function brandOf({
  name: given,
  color = null,
  logo: picture,
  supportText = '',
  supportUrl: url,
}: Wanted): Brand | Fault {
  const name = given.toWellFormed().trim()
  const logo = orNothing(picture, pngOf)
  const supportUrl = orNothing(url, linkOf)
  const checks = [name === '' && NO_NAME, logo === undefined && NO_PICTURE, supportUrl === undefined && NO_LINK]
  if (logo === undefined || supportUrl === undefined || name === '') {
    return fault('invalid', validationText(checks.filter((text) => text !== false)))
  }
  return { name, color: color?.toLowerCase() ?? null, logo, supportText: supportText.toWellFormed().trim(), supportUrl }
}

/** Null for nothing, undefined for what is wrong. */
function orNothing(
  given: string | null | undefined,
  read: (text: string) => string | undefined,
): string | null | undefined {
  return given === undefined || given === null || given === '' ? null : read(given)
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** Its base64; undefined where it is no PNG that could be shown. */
function pngOf(url: string): string | undefined {
  if (!url.startsWith(PREFIX)) return undefined
  const given = url.slice(PREFIX.length)
  const bytes = Buffer.from(given, 'base64')
  // What is written again tells apart what the decoder only put up with.
  if (bytes.toString('base64') !== given || bytes.length > LOGO_BYTES || bytes.length < 24) return undefined
  if (!bytes.subarray(0, 8).equals(SIGNATURE) || bytes.toString('latin1', 12, 16) !== 'IHDR') return undefined
  const sides = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  return sides.every((side) => side > 0 && side <= MOST_PIXELS) ? given : undefined
}

function linkOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const { protocol, href } = new URL(text)
  return ['https:', 'http:', 'mailto:', 'tel:'].includes(protocol) ? href : undefined
}
