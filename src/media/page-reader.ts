import { Parser } from 'htmlparser2'
import { TextDecoder } from 'node:util'
import { isWebUrl } from '../lib/web-url.ts'
import { charsetOf } from './page-charset.ts'

/** What a page says of itself; empty strings where it says nothing. */
export interface PageWords {
  readonly title: string
  readonly description: string
  /** Addresses of pictures that stand for it, the best first. */
  readonly images: readonly string[]
}

/** UTF-16 code units, as much as a client may give of its own. */
const LONGEST = 300
/** A text of which that much is white space says nothing. */
const LONGEST_RAW = 4 * LONGEST
/** The charset is told within so many bytes, as browsers have it. */
const CHARSET_BYTES = 1024
/** Deeper than any page that people made; closing a tag costs as many steps as there are open ones. */
const DEEPEST = 512
const MOST_IMAGES = 3

/** Where each thing is told, the best place first. */
const TITLES = ['og:title', 'twitter:title', '<title>']
const DESCRIPTIONS = ['og:description', 'twitter:description', 'description']
const IMAGES = ['og:image:secure_url', 'og:image', 'og:image:url', 'twitter:image', 'twitter:image:src', '<image_src>']
/** What is no picture of the page, but shows whose it is; the larger kind first. */
const ICONS = ['<apple-touch-icon>', '<icon>']
const KNOWN = new Set([...TITLES, ...DESCRIPTIONS, ...IMAGES, ...ICONS])
/** Kinds of pictures that nothing here makes a preview of. */
const UNREADABLE = /\.(?:svgz?|ico)$/i

type Attributes = Readonly<Record<string, string>>

/** Reads a page piece by piece, until the head is over and has told enough. */
export class PageReader {
  readonly #charset: string | undefined
  readonly #found = new Map<string, string>()
  readonly #parser: Parser
  #begin: Buffer[] = []
  #beginBytes = 0
  #decoder: TextDecoder | undefined
  #base: string | undefined
  #title: string | undefined
  #depth = 0
  #drawings = 0
  #isDone = false

  /** `charset` as the server said it. */
  constructor(charset: string | undefined) {
    this.#charset = charset
    this.#parser = new Parser({
      onopentag: (name, attributes) => this.#open(name, attributes),
      ontext: (text) => this.#text(text),
      onclosetag: (name) => this.#close(name),
    })
  }

  /** Nothing more is wanted of the page. */
  get isDone(): boolean {
    return this.#isDone
  }

  write(bytes: Buffer): void {
    if (this.#isDone) return
    if (this.#decoder !== undefined) return this.#parse(this.#decoder.decode(bytes, { stream: true }))
    this.#begin.push(bytes)
    this.#beginBytes += bytes.length
    if (this.#beginBytes >= CHARSET_BYTES) this.#decodeBegin()
  }

  /** What was told up to here; relative addresses are taken from the page's. */
  end(url: URL): PageWords {
    if (this.#decoder === undefined) this.#decodeBegin()
    if (!this.#isDone) this.#parse(this.#decoder?.decode() ?? '')
    if (!this.#isDone) this.#parser.end()
    return {
      title: this.#first(TITLES) ?? '',
      description: this.#first(DESCRIPTIONS) ?? '',
      images: this.#images(url),
    }
  }

  #decodeBegin(): void {
    const begin = Buffer.concat(this.#begin)
    this.#begin = []
    this.#decoder = new TextDecoder(charsetOf(begin.subarray(0, CHARSET_BYTES), this.#charset))
    this.#parse(this.#decoder.decode(begin, { stream: true }))
  }

  #parse(text: string): void {
    this.#parser.write(text)
  }

  #open(name: string, attributes: Attributes): void {
    this.#depth += 1
    if (this.#depth > DEEPEST) return this.#stop()
    if (name === 'svg') this.#drawings += 1
    else if (name === 'title' && this.#drawings === 0) this.#title ??= ''
    else if (name === 'base') this.#base ??= attributes['href']
    else if (name === 'meta') this.#meta(attributes)
    else if (name === 'link') this.#link(attributes)
    else if (name === 'body') this.#headIsOver()
  }

  #text(text: string): void {
    if (this.#title === undefined || this.#found.has('<title>')) return
    this.#title += text
    if (this.#title.length > LONGEST_RAW) this.#closeTitle()
  }

  #close(name: string): void {
    this.#depth -= 1
    if (name === 'svg') this.#drawings -= 1
    else if (name === 'title' && this.#drawings === 0) this.#closeTitle()
    else if (name === 'head') this.#headIsOver()
  }

  #closeTitle(): void {
    this.#keep('<title>', this.#title)
    this.#title = undefined
  }

  /** `og:` names are properties and the others are names, by their specifications; pages mix them up. */
  #meta({ property, name, content }: Attributes): void {
    for (const each of [property, name]) this.#keep(each?.trim().toLowerCase(), content)
  }

  #link({ rel = '', href = '' }: Attributes): void {
    for (const each of rel.toLowerCase().split(/\s+/)) {
      const kind = each === 'apple-touch-icon-precomposed' ? 'apple-touch-icon' : each
      this.#keep(`<${kind}>`, href)
    }
  }

  /** What is told first counts. */
  #keep(name: string | undefined, value: string | undefined): void {
    if (name === undefined || value === undefined || !KNOWN.has(name) || this.#found.has(name)) return
    const isAddress = IMAGES.includes(name) || ICONS.includes(name)
    const kept = isAddress ? value.trim() : tidy(value)
    if (kept !== '') this.#found.set(name, kept)
  }

  /** A page without a title goes on: some write what belongs to the head into the body. */
  #headIsOver(): void {
    if (this.#first(TITLES) !== undefined) this.#stop()
  }

  #stop(): void {
    this.#isDone = true
    this.#parser.pause()
  }

  #first(names: readonly string[]): string | undefined {
    for (const name of names) {
      const found = this.#found.get(name)
      if (found !== undefined) return found
    }
    return undefined
  }

  #images(url: URL): string[] {
    const base = this.#base !== undefined && URL.canParse(this.#base, url.href) ? new URL(this.#base, url) : url
    const addresses = [...IMAGES, ...ICONS]
      .map((name) => this.#found.get(name))
      .filter((found) => found !== undefined && URL.canParse(found, base.href))
      .map((found) => new URL(found ?? '', base))
      .filter(({ href, pathname }) => isWebUrl(href) && !UNREADABLE.test(pathname))
    return [...new Set(addresses.map(({ href }) => href))].slice(0, MOST_IMAGES)
  }
}

/** One line without anything that could reorder or hide what stands beside it. */
function tidy(text: string): string {
  const line = text
    .slice(0, LONGEST_RAW)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(/[\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, '')
    .trim()
  if (line.length <= LONGEST) return line
  // Not within a pair of surrogates.
  return `${line.slice(0, LONGEST - 1).replace(/[\ud800-\udbff]$/, '')}…`
}
