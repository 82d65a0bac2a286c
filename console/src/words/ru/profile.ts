import type { words as english } from '../en/profile.ts'

export const words: typeof english = {
  profile: 'Профиль',
  tokens: 'Токены API',
  hook: 'Вебхуки жизненного цикла',
  brand: 'Бренд',
}
