import { createHash } from 'node:crypto'
import { pageAccent } from '../../browser/linking/page-colors.ts'
import type { Brand } from '../../model/brand.ts'
import { html, type Html } from '../html.ts'

/** What takes the place of the marks in the page. */
export interface BrandView {
  readonly mark: string
  readonly brand: string
  readonly style: string
  readonly support: string
  /** What the page's policy must allow beside its own files. */
  readonly styleSource: string
}

/** The page of an account with a brand of its own, or without one. `base`: what stands before the paths of the server. */
export function brandView(brand: Brand | null, base: string): BrandView {
  const css = brand?.color === undefined || brand.color === null ? '' : styleOf(brand.color)
  const logo = brand?.logo ?? null
  const mark = logo === null ? `${base}/assets/jadegate.svg` : `data:image/png;base64,${logo}`
  return {
    mark: html`<img class="mark" src="${mark}" alt="" height="28" />`.text,
    brand: html`${brand?.name ?? 'Jadegate'}`.text,
    style: css === '' ? '' : `<style>${css}</style>`,
    support: brand === null ? '' : supportOf(brand).text,
    styleSource: css === '' ? '' : ` 'sha256-${createHash('sha256').update(css).digest('base64')}'`,
  }
}

function styleOf(color: string): string {
  const [light, dark] = [pageAccent('light', color), pageAccent('dark', color)]
  const rule = (accent: typeof light) => `:root{--jade:${accent.color};--jade-text:${accent.text}}`
  return `${rule(light)}@media (prefers-color-scheme: dark){${rule(dark)}}`
}

function supportOf({ supportText, supportUrl }: Brand): Html {
  const words = supportText === '' ? (supportUrl ?? '') : supportText
  if (words === '') return html``
  if (supportUrl === null) return html`<footer class="support">${words}</footer>`
  return html`<footer class="support"><a href="${supportUrl}" rel="noopener noreferrer">${words}</a></footer>`
}
