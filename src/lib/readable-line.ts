/** A JSON line of the log as one for people: `12:30:01.250 WARN  text key=value`; a stack, if there is one, follows indented. */
export function readableLine(line: string): string {
  const entry = parse(line)
  if (entry === null) return line
  const { time, level, msg, error, ...fields } = entry
  const clock = typeof time === 'string' ? time.slice(11, 23) : ''
  const label = (typeof level === 'string' ? level : '').toUpperCase().padEnd(5)
  const shown = Object.entries(fields).map(([name, value]) => `${name}=${textOf(value)}`)
  const parts = [clock, label, textOf(msg ?? ''), ...shown].filter((part) => part !== '')
  return `${parts.join(' ')}\n${troubleOf(error)}`
}

type Entry = Readonly<Record<string, unknown>> & {
  readonly time?: unknown
  readonly level?: unknown
  readonly msg?: unknown
  readonly error?: unknown
}

function parse(line: string): Entry | null {
  try {
    const value: unknown = JSON.parse(line)
    return isEntry(value) ? value : null
  } catch {
    return null
  }
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.replaceAll('\n', '\\n') : JSON.stringify(value)
}

/** An error as pino serialized it has a stack; anything else is shown as it is. */
function troubleOf(error: unknown): string {
  if (error === undefined) return ''
  const stack = isEntry(error) ? error['stack'] : undefined
  const text = typeof stack === 'string' ? stack : textOf(error)
  return `${text.replaceAll(/^/gm, '    ')}\n`
}
