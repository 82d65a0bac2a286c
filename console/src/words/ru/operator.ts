import type { words as english } from '../en/operator.ts'

export const words: typeof english = {
  accounts: 'Аккаунты',
  account: 'Аккаунт',
  tariffs: 'Тарифы',
  people: 'Люди',
  audit: 'Журнал аудита',
  health: 'Состояние',
}
