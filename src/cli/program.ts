import { Command } from 'commander'
import { packageVersion } from '../lib/package-version.ts'
import { addAccountCommand } from './account.ts'
import { addAuditCommand } from './audit.ts'
import { addBalanceCommand } from './balance.ts'
import { addBillingCommand } from './billing.ts'
import { addConfigCommand } from './config.ts'
import { addConsoleCommand } from './console.ts'
import type { Context } from './context.ts'
import { addDemoCommand } from './demo.ts'
import { addDoctorCommand } from './doctor.ts'
import { addInstanceCommand } from './instance.ts'
import { addMediaCommand } from './media.ts'
import { addMigrateCommand } from './migrate.ts'
import { addPartnerCommand } from './partner.ts'
import { addPriceCommand } from './price.ts'
import { addServeCommand } from './serve.ts'
import { addSimulatorCommand } from './simulator.ts'
import { addStatementCommand } from './statement.ts'
import { addTariffCommand } from './tariff.ts'
import { addTokenCommand } from './token.ts'

/** Those of the business behind the ones that run and look at a server. */
const COMMANDS = [
  addServeCommand,
  addDemoCommand,
  addSimulatorCommand,
  addPartnerCommand,
  addConfigCommand,
  addAccountCommand,
  addTokenCommand,
  addTariffCommand,
  addPriceCommand,
  addBalanceCommand,
  addInstanceCommand,
  addStatementCommand,
  addBillingCommand,
  addAuditCommand,
  addConsoleCommand,
  addDoctorCommand,
  addMediaCommand,
  addMigrateCommand,
]

/** The `jadegate` command. It throws commander's error on a usage mistake instead of ending the process. */
export function createProgram(context: Context): Command {
  const program = new Command('jadegate')
    .description('Messenger gateway and partner platform that speaks the GREEN-API contract')
    .version(packageVersion())
    .configureOutput({
      writeOut: (text) => {
        context.print(text.trimEnd())
      },
      writeErr: (text) => {
        context.complain(text.trimEnd())
      },
    })
    .exitOverride()
  for (const add of COMMANDS) add(program, context)
  return program
}
