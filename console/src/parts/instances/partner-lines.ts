import type { Messenger } from '../../api/instances.ts'

// Lines for a terminal. The token is a variable of the shell there: this page never shows it, and the shell's history need not keep it.

export function createLine(apiUrl: string, messenger: Messenger, name: string): string {
  const body = JSON.stringify({ name, typeInstance: messenger })
  return partnerLine(apiUrl, 'createInstance', body)
}

export function deleteLine(apiUrl: string, idInstance: number): string {
  return partnerLine(apiUrl, 'deleteInstanceAccount', JSON.stringify({ idInstance }))
}

function partnerLine(apiUrl: string, method: string, body: string): string {
  return [
    'curl -X POST \\',
    `  "${apiUrl}/partner/${method}/$PARTNER_TOKEN" \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${quoted(body)}`,
  ].join('\n')
}

/** In single quotes a shell takes everything as it stands, but for the quote itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
