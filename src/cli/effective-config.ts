import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import type { Log } from '../lib/log.ts'
import type { Context } from './context.ts'

/** The configuration and the log of a process that is about to run, or null after saying everything that is wrong with it. */
export function effectiveConfig(context: Context): { readonly config: Config; readonly log: Log } | null {
  const loaded = loadConfig(context.env)
  if ('errors' in loaded) {
    for (const error of loaded.errors) context.complain(error)
    context.complain('Nothing was started. See docs/configuration.md.')
    context.setExitCode(2)
    return null
  }
  const { config, warnings } = loaded
  const log = context.log(config.logLevel)
  for (const warning of warnings) log.warn({}, warning)
  return { config, log }
}
