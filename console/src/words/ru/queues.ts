import type { words as english } from '../en/queues.ts'

export const words: typeof english = {
  title: 'Очереди',
}
