import type { words as english } from '../en/instances.ts'

export const words: typeof english = {
  title: 'Инстансы',
}
