import * as kinds from './kinds.ts'
import { row, type Row, type Setting } from './setting.ts'

const messengers = <T>(...cells: Row<T>): Setting<T> => row('Messengers', cells)
const { wholeNumber, optional } = kinds

/** Those of the real MAX. */
export const MAX_SETTINGS = {
  maxUrl: messengers(
    'JADEGATE_MAX_URL',
    optional(kinds.webSocketUrl),
    'Web socket endpoint of MAX, for tests. Without it: the real one.',
  ),
  maxAppVersion: messengers(
    'JADEGATE_MAX_APP_VERSION',
    optional(kinds.appVersion),
    "Version of MAX's web client that MAX is shown. It lets old ones in no more, about once a month. Without it: the last one that was seen when this build was made.",
  ),
  maxChrome: messengers(
    'JADEGATE_MAX_CHROME',
    optional(wholeNumber(100, 9_999)),
    'Major version of the Chrome in which the web client seems to run. Without it: one of the time of this build.',
  ),
  maxOs: messengers(
    'JADEGATE_MAX_OS',
    kinds.choice(['Windows', 'macOS', 'Linux']),
    'Operating system on which the web client seems to run.',
    { default: 'Windows' },
  ),
  maxTimezone: messengers(
    'JADEGATE_MAX_TIMEZONE',
    kinds.timezone,
    'Time zone of the web client, which should be that of the address by which MAX is reached.',
    { default: 'Europe/Moscow' },
  ),
  maxSeemsSeen: messengers(
    'JADEGATE_MAX_SEEMS_SEEN',
    kinds.choice(['yes', 'no']),
    'yes: a MAX account looks as if somebody had its tab open. no: as if it were in the background, and MAX closes the connection after some minutes, so that it logs in some hundred times a day.',
    { default: 'yes' },
  ),
  maxLoginsPerSecond: messengers(
    'JADEGATE_MAX_LOGINS_PER_SECOND',
    kinds.positiveNumber(1_000),
    'How many MAX instances of this process may log in in a second, on average.',
    { default: '1' },
  ),
  maxLoginsPerDay: messengers(
    'JADEGATE_MAX_LOGINS_PER_DAY',
    wholeNumber(1, 100_000),
    'How often one MAX instance may log in in a day, and a twelfth of that in half an hour; above it waits. MAX drops the token of whoever logs in again and again.',
    { default: '150' },
  ),
  maxNumberChecksPerDay: messengers(
    'JADEGATE_MAX_NUMBER_CHECKS_PER_DAY',
    wholeNumber(0, 1_000_000),
    'How many numbers a MAX instance may look up in a day; one that was looked up in the last days is not counted; 0: no limit.',
    { default: '50' },
  ),
} as const
