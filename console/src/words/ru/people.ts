import type { words as english } from '../en/people.ts'

export const words: typeof english = {
  title: 'Люди',
}
