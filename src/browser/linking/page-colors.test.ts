// Truth: qr.css, and that a colour which can be read on two grounds needs no change on either.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { packageFile } from '../../lib/package-file.ts'
import { accentOn } from '../accent.ts'
import { PAGE_COLORS, pageAccent } from './page-colors.ts'

test('the colours are those of the page', () => {
  const [light = '', dark = ''] = readFileSync(packageFile('pages/assets/qr.css'), 'utf8').split('prefers-color-scheme')
  for (const [css, { page, card, text, line, own }] of [
    [light, { ...PAGE_COLORS.light, card: '#fff' }],
    [dark, PAGE_COLORS.dark],
  ] as const) {
    for (const [name, color] of Object.entries({ page, card, text, line, jade: own })) {
      assert.ok(css.includes(`--${name}: ${color};`), `${name}: ${color}`)
    }
  }
})

test("an account's colour can be read on the card and on what is below it", () => {
  for (const wanted of ['#d6336c', '#ffff00', '#000080', '#767676']) {
    for (const theme of ['light', 'dark'] as const) {
      const { color } = pageAccent(theme, wanted)
      const { page, card } = PAGE_COLORS[theme]
      assert.deepEqual([accentOn(page, color).color, accentOn(card, color).color], [color, color], `${wanted} ${theme}`)
    }
  }
})
