import type { Format, OutgoingText } from '../wire/contents.ts'

/**
 * The marks that the API has for formatting, as the network's stretches of a text: `*bold*`, `_italic_`, `~strike~`, `` `fixed` `` and
 * `[words](https://address)`. Marks without a partner, and those inside words and addresses, are text.
 */

type Style = Exclude<Format['type'], 'UNDERLINE' | 'LINK' | 'MONOSPACED'>
const STYLES: ReadonlyMap<string, Style> = new Map([
  ['*', 'STRONG'],
  ['_', 'EMPHASIZED'],
  ['~', 'STRIKETHROUGH'],
])

/** What is taken as it is, or shown as something else, and never holds a mark. Each ends on its line. */
const WHOLE =
  /(?<!`)`(?!`)([^`\n]+)`(?!`)|\[([^[\]\n]+)\]\((https?:\/\/[^\s()<>]+)\)|https?:\/\/[^\s`]*[^\s`*_~.,;:!?)\]]/g
const WORD = /[\p{L}\p{N}]/u
const SPACE = /\s/

/** A stretch of the source that is one thing. */
interface Whole {
  readonly to: number
  /** How it is shown; a link's words may hold marks. */
  readonly kind: 'plain' | 'fixed' | 'link'
  readonly inner: string
  readonly url: string
}

export function formatted(source: string): Required<OutgoingText> {
  return new Reading(source).read()
}

class Reading {
  readonly #source: string
  readonly #wholes = new Map<number, Whole>()
  readonly #formats: Format[] = []
  /** Up to there no partner of a mark was found. */
  readonly #partnerless = new Map<string, number>()
  #text = ''

  constructor(source: string) {
    this.#source = source
    for (const { index, 0: all, 1: fixed, 2: words, 3: url = '' } of source.matchAll(WHOLE)) {
      const kind = fixed !== undefined ? 'fixed' : words !== undefined ? 'link' : 'plain'
      this.#wholes.set(index, { to: index + all.length, kind, inner: fixed ?? words ?? all, url })
    }
  }

  read(): Required<OutgoingText> {
    this.#span(0, this.#source.length, '')
    return { text: this.#text, formats: this.#formats }
  }

  /** `within`: the marks around it, which mean nothing in there. */
  #span(from: number, to: number, within: string): void {
    let at = from
    while (at < to) {
      const whole = this.#wholes.get(at)
      if (whole !== undefined && whole.to <= to) {
        this.#whole(whole)
        at = whole.to
        continue
      }
      const mark = this.#source.charAt(at)
      const style = within.includes(mark) ? undefined : STYLES.get(mark)
      const partner = style === undefined ? -1 : this.#partner(mark, at, to)
      if (style === undefined || partner === -1) {
        this.#text += mark
        at += 1
        continue
      }
      this.#put(style, () => this.#span(at + 1, partner, within + mark))
      at = partner + 1
    }
  }

  #whole({ kind, inner, url }: Whole): void {
    if (kind === 'plain') this.#text += inner
    else if (kind === 'fixed') this.#put('MONOSPACED', () => (this.#text += inner))
    else {
      const { text, formats } = formatted(inner)
      const offset = this.#text.length
      this.#put('LINK', () => (this.#text += text), url)
      for (const format of formats) this.#formats.push({ ...format, from: format.from + offset })
    }
  }

  /** Outer ones come before what they hold. */
  #put(type: Format['type'], say: () => void, url?: string): void {
    const place = this.#formats.length
    const from = this.#text.length
    this.#formats.push({ type, from, length: 0 })
    say()
    this.#formats[place] = { type, from, length: this.#text.length - from, ...(url !== undefined && { url }) }
  }

  /** Where the mark's stretch ends; -1: it begins none. */
  #partner(mark: string, at: number, to: number): number {
    if (!this.#opens(mark, at) || at < (this.#partnerless.get(mark) ?? 0)) return -1
    let end = this.#pastWholes(at + 1, to)
    while (end < to && this.#source.charAt(end) !== '\n') {
      if (this.#source.charAt(end) === mark && this.#closes(mark, end)) return end
      end = this.#pastWholes(end + 1, to)
    }
    // None of the same mark has a partner up to there either, so that no stretch is looked through twice for it.
    this.#partnerless.set(mark, end)
    return -1
  }

  /** Marks in what is taken as it is mean nothing. */
  #pastWholes(from: number, to: number): number {
    let at = from
    for (let whole = this.#wholes.get(at); whole !== undefined && whole.to <= to; whole = this.#wholes.get(at))
      at = whole.to
    return at
  }

  #opens(mark: string, at: number): boolean {
    const [before, after] = [this.#source.charAt(at - 1), this.#source.charAt(at + 1)]
    return !WORD.test(before) && before !== mark && after !== '' && after !== mark && !SPACE.test(after)
  }

  #closes(mark: string, at: number): boolean {
    const next = this.#source.charAt(at + 1)
    return !SPACE.test(this.#source.charAt(at - 1)) && next !== mark && !WORD.test(next)
  }
}
