import { nullable, object, or, text, type Read } from '../../api/read.ts'

/** What the linking page shows of an account. */
export const readBrand = object({
  name: text,
  color: nullable(text),
  logo: nullable(text),
  supportText: or(text, ''),
  supportUrl: nullable(text),
})
export type Brand = Read<typeof readBrand>
export const NO_BRAND: Brand = { name: '', color: null, logo: null, supportText: '', supportUrl: null }

export function brandKey(account: string): readonly string[] {
  return ['account', account, 'brand']
}
