import type { LedgerKind } from '../../model/account.ts'

export type Language = 'en' | 'ru'
export const LANGUAGES = ['en', 'ru'] as const satisfies readonly Language[]

interface Words {
  readonly statement: string
  readonly draft: string
  readonly account: string
  readonly made: string
  readonly plan: string
  readonly plans: Readonly<Record<'prepaid' | 'postpaid', string>>
  readonly opening: string
  readonly charged: string
  readonly paid: string
  readonly closing: string
  readonly lines: string
  readonly columns: readonly [day: string, kind: string, instance: string, reason: string, amount: string]
  readonly kinds: Readonly<Record<LedgerKind, string>>
  readonly zone: string
}

/** What stands on a printed statement. */
export const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    statement: 'Statement',
    draft: 'The month is not closed: this is how it stands now, and it will change.',
    account: 'Account',
    made: 'Made at',
    plan: 'Payment',
    plans: { prepaid: 'from the balance', postpaid: 'after the month' },
    opening: 'Balance before',
    charged: 'Charged',
    paid: 'Payments and corrections',
    closing: 'Balance after',
    lines: 'Lines',
    columns: ['Day', 'Kind', 'Instance', 'Reason', 'Amount'],
    kinds: { charge: 'Daily charge', renewal: 'Renewal', topUp: 'Payment', refund: 'Refund', correction: 'Correction' },
    zone: 'Days begin at 00:00 UTC+3.',
  },
  ru: {
    statement: 'Выписка',
    draft: 'Месяц ещё не закрыт: это состояние на сейчас, оно изменится.',
    account: 'Аккаунт',
    made: 'Составлена',
    plan: 'Оплата',
    plans: { prepaid: 'с баланса', postpaid: 'по итогам месяца' },
    opening: 'Баланс на начало',
    charged: 'Списано',
    paid: 'Платежи и корректировки',
    closing: 'Баланс на конец',
    lines: 'Строк',
    columns: ['День', 'Вид', 'Инстанс', 'Основание', 'Сумма'],
    kinds: {
      charge: 'Списание',
      renewal: 'Продление',
      topUp: 'Платёж',
      refund: 'Возврат',
      correction: 'Корректировка',
    },
    zone: 'Сутки начинаются в 00:00 UTC+3.',
  },
}

/** The language of ours that an `Accept-Language` in lower case likes best; English where it names none. */
export function languageOf(accepted: string): Language {
  let best: Language = 'en'
  let bestWeight = 0
  for (const part of accepted.split(',')) {
    const [tag = '', ...parameters] = part.split(';').map((piece) => piece.trim())
    const language = LANGUAGES.find((known) => tag === known || tag.startsWith(`${known}-`))
    const given = parameters.find((parameter) => parameter.startsWith('q='))
    const weight = given === undefined ? 1 : Number(given.slice(2))
    if (language === undefined || !(weight > bestWeight)) continue
    best = language
    bestWeight = weight
  }
  return best
}
