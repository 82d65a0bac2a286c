import type { DeliveryAttempt } from '../../model/delivery.ts'

// The attempts to deliver a notification lie in one text, each in so many characters, so that the database adds one, and leaves out one in the
// middle where they are many, without anybody reading them first.

const WIDTHS = { at: 15, ms: 9, status: 3, code: 25 } as const
const WIDTH = WIDTHS.at + WIDTHS.ms + WIDTHS.status + WIDTHS.code
/** How it began, */
const FIRST = 5
/** and how it went last. */
const LAST = 20

export function attemptText({ at, ms, status, code }: DeliveryAttempt): string {
  return number(at, WIDTHS.at) + number(ms, WIDTHS.ms) + number(status, WIDTHS.status) + codeText(code)
}

export function readAttempts(text: string): readonly DeliveryAttempt[] {
  if (text.length === 0 || text.length % WIDTH !== 0) throw new TypeError('Not a text of attempts')
  const attempts: DeliveryAttempt[] = []
  for (let place = 0; place < text.length;) {
    const next = (width: number): string => text.slice(place, (place += width)).trim()
    const at = Number(next(WIDTHS.at))
    const ms = Number(next(WIDTHS.ms))
    attempts.push({ at, ms, status: Number(next(WIDTHS.status)), code: next(WIDTHS.code) })
  }
  return attempts
}

/** SQL for the text in `old` with room for one more attempt behind it. */
export function withRoom(old: string): string {
  const firstOnes = `substr(${old}, 1, ${String(FIRST * WIDTH)})`
  const lastOnes = `substr(${old}, ${String((FIRST + 1) * WIDTH + 1)})`
  return `case when length(${old}) < ${String((FIRST + LAST) * WIDTH)} then ${old} else ${firstOnes} || ${lastOnes} end`
}

function number(value: number, width: number): string {
  const text = String(Math.max(Math.trunc(value), 0))
  return text.length > width ? '9'.repeat(width) : text.padStart(width)
}

const NO_CODE = ' '.repeat(WIDTHS.code)

/** Characters that count as one everywhere. */
function codeText(code: string): string {
  if (code === '') return NO_CODE
  return code
    .replaceAll(/[^\x21-\x7e]/g, '?')
    .slice(0, WIDTHS.code)
    .padEnd(WIDTHS.code)
}
