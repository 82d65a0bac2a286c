import { accentOn, type Accent } from '../accent.ts'

/** Of the public page, as qr.css has them; `own`: its accent where the account has none. */
export const PAGE_COLORS = {
  light: { page: '#eef4f1', card: '#ffffff', text: '#14241e', line: '#d5e2dc', own: '#0b7a5c' },
  dark: { page: '#0d1513', card: '#15211d', text: '#e6f1ec', line: '#2a3b34', own: '#35c496' },
} as const
export type PageTheme = keyof typeof PAGE_COLORS

/** The colour nearest to the wanted one that can be read on the card and below it. */
export function pageAccent(theme: PageTheme, wanted: string): Accent {
  const { page, card } = PAGE_COLORS[theme]
  return accentOn(page, accentOn(card, wanted).color)
}
