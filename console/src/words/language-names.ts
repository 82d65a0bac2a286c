import type { Language } from './language.ts'

/** Each language by its own name: who needs it can read that one. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', ru: 'Русский' }
