import type { words as english } from '../en/notifications.ts'

export const words: typeof english = {
  title: 'Уведомления',
}
