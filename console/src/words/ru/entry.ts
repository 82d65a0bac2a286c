import type { words as english } from '../en/entry.ts'

export const words: typeof english = {
  title: 'Вход',
}
