import type { words as english } from '../en/me.ts'

export const words: typeof english = {
  title: 'Мой профиль',
}
