import { few, line, text } from '../../../network/bounded.ts'
import type { Element } from '../../wire/shapes.ts'

type Marks = readonly [opening: string, closing: string]

/** The formatting that the API has marks for; of the others the words are left. */
const MARKS: ReadonlyMap<string, Marks> = new Map([
  ['STRONG', ['*', '*']],
  ['EMPHASIZED', ['_', '_']],
  ['STRIKETHROUGH', ['~', '~']],
  ['MONOSPACED', ['`', '`']],
])
const MOST_STRETCHES = 500
const ADDRESS = /^https?:\/\/[^\s()<>]+$/

interface Stretch {
  readonly from: number
  readonly to: number
  readonly opens: string
  readonly closes: string
}

/** A text with the marks of its formatting, as the API sends them: `*bold*`, `[words](https://address)`. */
export function markedText(said: string | undefined, elements: readonly Element[] | undefined): string {
  const plain = text(said)
  const stretches = few(elements, MOST_STRETCHES).flatMap((element) => stretchOf(plain, element) ?? [])
  if (stretches.length === 0) return plain
  // Outer ones first; what reaches beyond the end of the one around it is cut there.
  stretches.sort((one, other) => one.from - other.from || other.to - one.to)
  const pieces: string[] = []
  const open: Stretch[] = []
  let at = 0
  const say = (to: number) => {
    pieces.push(plain.slice(at, to))
    at = to
  }
  const closeUpTo = (place: number) => {
    for (let last = open.at(-1); last !== undefined && last.to <= place; last = open.at(-1)) {
      say(last.to)
      pieces.push(last.closes)
      open.pop()
    }
  }
  for (const stretch of stretches) {
    closeUpTo(stretch.from)
    const around = open.at(-1)
    if (open.some(({ opens }) => opens === stretch.opens)) continue
    say(stretch.from)
    pieces.push(stretch.opens)
    open.push({ ...stretch, to: Math.min(stretch.to, around?.to ?? stretch.to) })
  }
  closeUpTo(plain.length)
  say(plain.length)
  return text(pieces.join(''))
}

/** Marks stand close to the words; null for what marks nothing, or lies about where it is. */
function stretchOf(plain: string, { type, from: start = 0, length, attributes }: Element): Stretch | null {
  if (start < 0 || length <= 0 || start + length > plain.length) return null
  const words = plain.slice(start, start + length)
  const from = start + (words.length - words.trimStart().length)
  const to = from + words.trim().length
  if (to <= from || !isWhole(plain, from) || !isWhole(plain, to)) return null
  const marks = MARKS.get(type) ?? (type === 'LINK' ? linkMarks(words.trim(), line(attributes?.url)) : undefined)
  return marks === undefined ? null : { from, to, opens: marks[0], closes: marks[1] }
}

function linkMarks(words: string, url: string): Marks | undefined {
  return ADDRESS.test(url) && url !== words && !/[[\]\n]/.test(words) ? ['[', `](${url})`] : undefined
}

/** Not in the middle of a character. */
function isWhole(plain: string, at: number): boolean {
  const unit = plain.charCodeAt(at)
  return !(unit >= 0xdc00 && unit <= 0xdfff)
}
