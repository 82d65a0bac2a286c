import * as kinds from './kinds.ts'
import { row, type Row, type Setting } from './setting.ts'

const people = <T>(...cells: Row<T>): Setting<T> => row('Console', cells)
const { wholeNumber, optional } = kinds

/** Those of who signs in by a browser. */
export const CONSOLE_SETTINGS = {
  passwordCost: people(
    'JADEGATE_PASSWORD_COST',
    wholeNumber(10, 20),
    'What hashing a password of the console costs, as the power of two that scrypt calls N; 17 takes 128 MB and some tenths of a second. Passwords are hashed anew when their people sign in.',
    { default: '17' },
  ),
  smtpUrl: people(
    'JADEGATE_SMTP_URL',
    optional(kinds.smtpUrl),
    'Server that takes mail: `smtps://name:password@host:465`, or `smtp://host:587`, which is encrypted where the server can be. Without it invitations are links that are handed on, and nobody can reset a password by mail.',
    { secret: true },
  ),
  mailFrom: people('JADEGATE_MAIL_FROM', optional(kinds.mailAddress), 'Sender of mail. Needed with a mail server.'),
  supportText: people(
    'JADEGATE_SUPPORT_TEXT',
    optional(kinds.shortText),
    'How support is reached, on every page of the console: a name, a phone number, an address.',
  ),
  supportUrl: people(
    'JADEGATE_SUPPORT_URL',
    optional(kinds.supportUrl),
    'Where that text leads to: an https://, http:// or mailto: URL.',
  ),
} as const
