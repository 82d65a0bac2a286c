import type { Language, LinkRow } from '../model/person.ts'

/** A letter, ready to be sent. */
export interface Letter {
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** Takes letters to a mail server. Rejects when it did not take one. */
export interface Mailer {
  send(letter: Letter): Promise<void>
  close(): void
}

interface Words {
  readonly invite: readonly [subject: string, text: string]
  readonly reset: readonly [subject: string, text: string]
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    invite: [
      'An invitation to Jadegate',
      'You are invited to the console of {name}. The link works once, for seven days:\n\n{url}\n\nIf you expected none, do nothing.\n',
    ],
    reset: [
      'A new password for Jadegate',
      'Somebody has asked for a new password for you. The link works once, for two hours:\n\n{url}\n\nIf it was not you, do nothing: your password stays as it is.\n',
    ],
  },
  ru: {
    invite: [
      'Приглашение в Jadegate',
      'Вас пригласили в личный кабинет «{name}». Ссылка сработает один раз, в течение семи дней:\n\n{url}\n\nЕсли вы не ждали приглашения, ничего не делайте.\n',
    ],
    reset: [
      'Новый пароль для Jadegate',
      'Кто-то запросил для вас новый пароль. Ссылка сработает один раз, в течение двух часов:\n\n{url}\n\nЕсли это были не вы, ничего не делайте: пароль останется прежним.\n',
    ],
  },
}

/** The letter with a one-time link. `name`: of the account that it leads to. */
export function linkLetter(
  row: Pick<LinkRow, 'kind' | 'email'>,
  url: string,
  name: string,
  language: Language,
): Letter {
  const [subject, text] = WORDS[language][row.kind]
  // Whoever named the account is not to write lines of his own, nor a link that a mail program makes out of a name with dots.
  const shown = name
    .replaceAll(/[\p{C}\p{Z}]+/gu, ' ')
    .replaceAll(/[:/.@]/g, ' ')
    .trim()
    .slice(0, 60)
  const fitting = text.replaceAll(/\{(?:name|url)\}/g, (part) => (part === '{url}' ? url : shown || 'Jadegate'))
  return { to: row.email, subject, text: fitting }
}
