import type { LinkWords } from './en.ts'

export type LinkMessenger = keyof LinkWords['title']
/** The two ways: a QR for the phone's camera, or the number of the phone. */
export type Way = 'qr' | 'phone'
/** What the messenger wants besides. */
export type Asked = 'smsCode' | 'password' | 'passkey'
export type End = keyof LinkWords['ends']
export type Hint = keyof LinkWords['hints']

/** What somebody who links a phone is shown now. */
export interface LinkView {
  readonly way: Way
  readonly isRunning: boolean
  /** A PNG in base64: the QR to scan now. */
  readonly picture: string | null
  /** To be typed into the phone. */
  readonly code: string | null
  readonly asked: Asked | null
  readonly end: End | null
  readonly hint: Hint | null
  /** Why the messenger took no number, code or password; one of the reasons of the API. */
  readonly reason: string | null
  readonly isBusy: boolean
  /** The number that was linked, where it is known. */
  readonly phone: string | null
}

export const BEFORE: LinkView = {
  way: 'qr',
  isRunning: false,
  picture: null,
  code: null,
  asked: null,
  end: null,
  hint: null,
  reason: null,
  isBusy: false,
  phone: null,
}

export const TONES: Readonly<Record<End, 'good' | 'wait' | 'bad'>> = {
  linked: 'good',
  alreadyLinked: 'good',
  timedOut: 'wait',
  failed: 'bad',
  noPasskey: 'bad',
  gone: 'bad',
  paused: 'wait',
  wrongLink: 'bad',
}

/** The ends after which another try may help, or another phone. */
const ENDS_WITH_MORE: ReadonlySet<End> = new Set(['timedOut', 'failed', 'noPasskey', 'paused'])
const TROUBLES: ReadonlySet<Hint> = new Set(['offline', 'badPhone', 'noCode', 'codeRuns', 'empty'])
const LEAST_DIGITS = 7
const MOST_DIGITS = 15

export function mayTryAgain(end: End): boolean {
  return ENDS_WITH_MORE.has(end)
}

/** WhatsApp gives a code to type into the phone; the others send one to it. */
export function phoneWay(messenger: LinkMessenger): 'code' | 'sms' {
  return messenger === 'whatsapp' ? 'code' : 'sms'
}

/** What is to be done, one thing after the other. */
export function stepsOf({ asked, way }: LinkView, messenger: LinkMessenger, words: LinkWords): readonly string[] {
  return words.steps[asked ?? (way === 'qr' ? messenger : phoneWay(messenger))]
}

/** What happens now; an empty text where there is nothing to say. */
export function hintOf(
  { hint, reason }: LinkView,
  words: LinkWords,
): { readonly text: string; readonly isTrouble: boolean } {
  if (reason !== null) {
    const reasons: ReadonlyMap<string, string> = new Map(Object.entries(words.reasons))
    return { text: reasons.get(reason) ?? words.refused, isTrouble: true }
  }
  return hint === null ? { text: '', isTrouble: false } : { text: words.hints[hint], isTrouble: TROUBLES.has(hint) }
}

/** For an image's `src`. */
export function pictureSource(png: string): string {
  return `data:image/png;base64,${png}`
}

/** As the phone shows the fields for it. */
export function spacedCode(code: string): string {
  return code.length === 8 ? `${code.slice(0, 4)}-${code.slice(4)}` : code
}

/** A number as people write it, `+7 (900) 123-45-67`, without what is not a digit. */
export function phoneDigits(text: string): string {
  return text.replaceAll(/\D/g, '')
}

export function isPhone(digits: string): boolean {
  return digits.length >= LEAST_DIGITS && digits.length <= MOST_DIGITS
}
