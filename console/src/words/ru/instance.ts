import type { words as english } from '../en/instance.ts'

export const words: typeof english = {
  title: 'Инстанс',
  tabs: {
    overview: 'Обзор',
    settings: 'Настройки',
    access: 'Доступ',
    history: 'История',
    queues: 'Очереди',
    notifications: 'Уведомления',
    chat: 'Чат',
    try: 'Попробовать метод',
  },
}
