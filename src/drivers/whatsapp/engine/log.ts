import type { Log } from '../../../lib/log.ts'
import type { EngineLog } from './engine.ts'

const nothing = (): void => undefined
/** Numbers of people, and anything else that identifies somebody. */
const LONG_NUMBER = /\d{5,}/g
const LONGEST = 160
/** A stream ends so when WhatsApp only wants another one. */
const RESTART = '515'
const MISTAKES = [TypeError, RangeError, ReferenceError] as const
/** The first of a stack. */
const FRAME = /^\s+(at .+)$/m

/**
 * What the engine may say. Of its fields, which may hold keys and messages, nothing goes through but the id of a stanza and an error's
 * message; its texts lose what looks like a number of somebody. Never finer than warnings: from `trace` on it would write whole stanzas.
 */
export function engineLog(log: Log): EngineLog {
  const said: EngineLog = {
    level: 'warn',
    child: () => said,
    trace: nothing,
    debug: nothing,
    info: nothing,
    warn: (...words) => log.debug(fieldsOf(words), textOf(words)),
    error: (...words) =>
      isOrdinary(words)
        ? log.debug({}, 'engine: WhatsApp asks for a new connection')
        : log.info(fieldsOf(words), textOf(words)),
  }
  return said
}

/**
 * An error of the engine, or of what it uses, as a log may have it: a logger that is given the error itself writes all of its members,
 * and those of the engine hold stanzas. Of a mistake in a program also where it was made.
 */
export function maskedTrouble(error: unknown): string {
  if (!(error instanceof Error)) return masked(String(error))
  const what = `${error.name}: ${masked(error.message)}`
  const code = codeOf(error)
  const where = MISTAKES.some((kind) => error instanceof kind) ? FRAME.exec(error.stack ?? '')?.[1] : undefined
  return `${what}${code === undefined ? '' : ` (${String(code)})`}${where === undefined ? '' : ` ${where}`}`
}

/** As the engine's errors have it. */
function codeOf(error: Error): number | undefined {
  const code = membersOf(membersOf(error).get('output')).get('statusCode')
  return typeof code === 'number' ? code : undefined
}

/** The end of each linking, which the engine takes for a trouble. */
function isOrdinary(words: readonly unknown[]): boolean {
  const stanza = membersOf(membersOf(words[0]).get('fullErrorNode'))
  return stanza.get('tag') === 'stream:error' && membersOf(stanza.get('attrs')).get('code') === RESTART
}

/** As pino: the fields first, if there are any, then the text. */
function textOf(words: readonly unknown[]): string {
  const text = words.find((word) => typeof word === 'string')
  return `engine: ${text === undefined ? 'something is wrong' : masked(text)}`
}

function fieldsOf(words: readonly unknown[]): object {
  const fields = membersOf(words[0])
  const stanza = [fields.get('msgId'), idOf(fields.get('key')), idOf(fields.get('msgAttrs'))].find(isText)
  const trouble = [fields.get('err'), fields.get('error'), fields.get('e')].find((each) => each instanceof Error)
  return {
    ...(stanza !== undefined && { stanza: stanza.slice(0, LONGEST) }),
    ...(trouble instanceof Error && { trouble: masked(trouble.message) }),
  }
}

function idOf(value: unknown): unknown {
  return membersOf(value).get('id')
}

function membersOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : [])
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function masked(text: string): string {
  return text.replace(LONG_NUMBER, '…').slice(0, LONGEST)
}
