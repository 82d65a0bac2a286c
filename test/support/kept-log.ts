import type { Log } from '../../src/lib/log.ts'

/** Keeps what is said, a line each: the level, the text, the fields. */
export function keptLog(lines: string[]): Log {
  const keep = (level: string) => (fields: object, text: string) => {
    lines.push(`${level} ${text} ${JSON.stringify(fields)}`)
  }
  const log: Log = {
    debug: keep('debug'),
    info: keep('info'),
    warn: keep('warn'),
    error: keep('error'),
    child: () => log,
  }
  return log
}
