import type { Log } from '../../../lib/log.ts'
import type { EngineLog } from './engine.ts'

const nothing = (): void => undefined
/** Numbers of people, and anything else that identifies somebody. */
const LONG_NUMBER = /\d{5,}/g
const LONGEST = 160

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
    error: (...words) => log.info(fieldsOf(words), textOf(words)),
  }
  return said
}

/** As pino: the fields first, if there are any, then the text. */
function textOf(words: readonly unknown[]): string {
  const text = words.find((word) => typeof word === 'string')
  return `engine: ${text === undefined ? 'something is wrong' : masked(text)}`
}

function fieldsOf(words: readonly unknown[]): object {
  const fields = new Map<string, unknown>(Object.entries(objectOr(words[0])))
  const stanza = [fields.get('msgId'), idOf(fields.get('key')), idOf(fields.get('msgAttrs'))].find(isText)
  const trouble = [fields.get('err'), fields.get('error'), fields.get('e')].find((each) => each instanceof Error)
  return {
    ...(stanza !== undefined && { stanza: stanza.slice(0, LONGEST) }),
    ...(trouble instanceof Error && { trouble: masked(trouble.message) }),
  }
}

function idOf(value: unknown): unknown {
  return new Map<string, unknown>(Object.entries(objectOr(value))).get('id')
}

function objectOr(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function masked(text: string): string {
  return text.replace(LONG_NUMBER, '…').slice(0, LONGEST)
}
