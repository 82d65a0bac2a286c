import type { words as english } from '../en/try.ts'

export const words: typeof english = {
  title: 'Попробовать метод',
}
