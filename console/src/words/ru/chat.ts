import type { words as english } from '../en/chat.ts'

export const words: typeof english = {
  title: 'Чат',
}
