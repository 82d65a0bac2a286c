import * as kinds from './kinds.ts'
import { row, type Row, type Setting } from './setting.ts'

const messengers = <T>(...cells: Row<T>): Setting<T> => row('Messengers', cells)
const { wholeNumber, optional } = kinds

/** Those of the real WhatsApp. */
export const WHATSAPP_SETTINGS = {
  whatsappUrl: messengers(
    'JADEGATE_WHATSAPP_URL',
    optional(kinds.webSocketUrl),
    'Web socket endpoint of WhatsApp, for tests. Without it: the real one.',
  ),
  whatsappVersion: messengers(
    'JADEGATE_WHATSAPP_VERSION',
    optional(kinds.dottedVersion),
    'Version of the protocol of WhatsApp Web that is spoken, whatever worked before or is looked up.',
  ),
  whatsappLoginsPerSecond: messengers(
    'JADEGATE_WHATSAPP_LOGINS_PER_SECOND',
    kinds.positiveNumber(1_000),
    'How many WhatsApp instances of this process may connect in a second, on average.',
    { default: '2' },
  ),
  whatsappFirstContactsPerDay: messengers(
    'JADEGATE_WHATSAPP_FIRST_CONTACTS_PER_DAY',
    wholeNumber(0, 1_000_000),
    'How many people an instance may write to for the first time in a day, as against those who have written to it or been answered; 0: no limit. WhatsApp restricts accounts that write to many strangers.',
    { default: '20' },
  ),
  whatsappNumberChecksPerDay: messengers(
    'JADEGATE_WHATSAPP_NUMBER_CHECKS_PER_DAY',
    wholeNumber(0, 1_000_000),
    'How many numbers an instance may look up in a day; one that was looked up in the last days is not counted; 0: no limit. WhatsApp bans accounts that look up many.',
    { default: '200' },
  ),
  whatsappButtons: messengers(
    'JADEGATE_WHATSAPP_BUTTONS',
    kinds.choice(['text', 'native']),
    'How buttons go out on the real WhatsApp. native: in the form of today, which phones show and WhatsApp Web may not; text: as lines of text.',
    { default: 'text' },
  ),
} as const
