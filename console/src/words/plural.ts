const RULES = { en: new Intl.PluralRules('en'), ru: new Intl.PluralRules('ru') }

/** The English form: `pluralEn(2, 'instance', 'instances')`. */
export function pluralEn(count: number, one: string, other: string): string {
  return RULES.en.select(count) === 'one' ? one : other
}

/** The Russian form: `pluralRu(2, 'инстанс', 'инстанса', 'инстансов')`. */
export function pluralRu(count: number, one: string, few: string, many: string): string {
  const form = RULES.ru.select(count)
  if (form === 'one') return one
  return form === 'few' ? few : many
}
