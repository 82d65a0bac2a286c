import { readFileSync, writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { describeEffective, describeEnvFile, describeReference } from '../config/describe.ts'
import { loadConfig } from '../config/load.ts'
import { packageFile } from '../lib/package-file.ts'
import type { Context } from './context.ts'

const GENERATED = [
  { path: '.env.example', describe: describeEnvFile },
  { path: 'docs/configuration.md', describe: describeReference },
] as const

/** `jadegate config`: what is in force; `--write` and `--check` are for those who work on Jadegate itself. */
export function addConfigCommand(program: Command, context: Context): void {
  program
    .command('config')
    .description('print the configuration in force, secrets masked')
    .option('--write', 'write .env.example and docs/configuration.md anew')
    .option('--check', 'fail when .env.example or docs/configuration.md is out of step')
    .action((options: { write?: true; check?: true }) => {
      if (options.write === true) writeGenerated(context)
      else if (options.check === true) checkGenerated(context)
      else printEffective(context)
    })
}

function printEffective(context: Context): void {
  context.print(describeEffective(context.env))
  const loaded = loadConfig(context.env)
  const complaints = 'errors' in loaded ? loaded.errors : loaded.warnings
  for (const complaint of complaints) context.complain(complaint)
  if ('errors' in loaded) context.setExitCode(2)
}

function writeGenerated(context: Context): void {
  for (const { path, describe } of GENERATED) {
    writeFileSync(packageFile(path), describe())
    context.print(`wrote ${path}`)
  }
}

function checkGenerated(context: Context): void {
  for (const { path, describe } of GENERATED) {
    if (readIfThere(packageFile(path)) === describe()) continue
    context.complain(`${path} is out of step with src/config/schema.ts: run "npm run config:write"`)
    context.setExitCode(1)
  }
}

function readIfThere(file: URL): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
