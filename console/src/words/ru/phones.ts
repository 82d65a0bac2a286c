import type { words as english } from '../en/phones.ts'

export const words: typeof english = {
  title: 'Виртуальные телефоны',
}
