import type { words as english } from '../en/billing.ts'

export const words: typeof english = {
  title: 'Оплата',
}
