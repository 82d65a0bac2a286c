import type { Env } from './load.ts'
import { isLoopbackHost, textOf } from './load.ts'
import type { Group, Setting } from './schema.ts'
import { GROUPS, SETTINGS } from './schema.ts'

const rows: readonly Setting<unknown>[] = Object.values(SETTINGS)

const ABOUT: Readonly<Record<Group, string>> = {
  Server: 'Where the server listens and keeps its data.',
  Access: 'Tokens, keys and limits.',
  Console: 'Passwords, mail and support of those who sign in by a browser.',
  Messengers: 'What instances speak with.',
  Sending: 'The outgoing queue.',
  Files: 'Where files of chats are kept.',
  Webhooks: 'How notifications are delivered.',
  Retention: 'How long things are kept.',
  Cluster: 'A database server, and several nodes that share it.',
}

/** `.env.example`: every setting with its default, all commented out, since zero configuration must start. */
export function describeEnvFile(): string {
  const parts = [
    '# Generated from src/config/schema.ts by `npm run config:write`. Copy to .env and uncomment what you change.',
  ]
  for (const group of GROUPS) {
    parts.push(`\n# --- ${group}: ${ABOUT[group]}`)
    for (const setting of rowsOf(group)) {
      const unit = setting.unit === '' ? '' : ` Unit: ${setting.unit}.`
      parts.push(
        `\n# ${setting.description}${unit} Allowed: ${setting.kind.allowed}.`,
        `#${setting.env}=${setting.default}`,
      )
    }
  }
  return `${parts.join('\n')}\n`
}

/** `docs/configuration.md`: one table a group. */
export function describeReference(): string {
  const parts = [
    '# Configuration',
    '<!-- Generated from src/config/schema.ts by `npm run config:write`. -->',
    'Everything is set by environment variables or by a `.env` file in the working directory; the environment wins. Nothing has to be set. An empty value counts as not set. `jadegate config` prints what is in force, with secrets masked.',
  ]
  for (const group of GROUPS) {
    parts.push(`## ${group}`, ABOUT[group], [...HEADER, ...rowsOf(group).map(tableRow)].join('\n'))
  }
  return `${parts.join('\n\n')}\n`
}

/** One line a setting, as `jadegate config` prints it: name, value, and whether it was set or is the default. */
export function describeEffective(env: Env): string {
  const width = Math.max(...rows.map((setting) => setting.env.length))
  return rows.map((setting) => `${setting.env.padEnd(width)}  ${effective(setting, env)}`).join('\n')
}

const HEADER = ['| name | default | allowed | what it is |', '|---|---|---|---|']

function tableRow(setting: Setting<unknown>): string {
  const fallback =
    setting.default === '' ? '' : `\`${setting.default}\`${setting.unit === '' ? '' : ` ${setting.unit}`}`
  const secret = setting.secret ? ' **Secret.**' : ''
  return `| \`${setting.env}\` | ${fallback} | ${setting.kind.allowed} | ${setting.description}${secret} |`
}

function rowsOf(group: Group): Setting<unknown>[] {
  return rows.filter((setting) => setting.group === group)
}

function effective(setting: Setting<unknown>, env: Env): string {
  const isSet = (env[setting.env]?.trim() ?? '') !== ''
  if (setting.secret) return isSet ? '*** (set)' : '(not set)'
  const text = textOf(setting, env)
  const unit = setting.unit === '' || text === '' ? '' : ` ${setting.unit}`
  const loopback = setting === SETTINGS.webhookAllow && isLoopbackHost(textOf(SETTINGS.host, env))
  const added = loopback ? ' + loopback, since the server listens there' : ''
  return `${text === '' ? '(none)' : `${text}${unit}`} (${isSet ? 'set' : 'default'}${added})`
}
