import { useSyncExternalStore } from 'react'

export const LANGUAGES = ['en', 'ru'] as const
export type Language = (typeof LANGUAGES)[number]

const KEY = 'jadegate-language'
const listeners = new Set<() => void>()
let current: Language = initial()

/** The language of the page. public/theme.js finds the same one before the first paint. */
export function language(): Language {
  return current
}

export function setLanguage(next: Language): void {
  if (next === current) return
  current = next
  document.documentElement.lang = next
  try {
    localStorage.setItem(KEY, next)
  } catch {
    // A browser that keeps nothing speaks the chosen language until the page is left.
  }
  for (const listener of listeners) listener()
}

export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, language)
}

export function isLanguage(value: unknown): value is Language {
  return LANGUAGES.some((known) => known === value)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function initial(): Language {
  const told = document.documentElement.lang
  return isLanguage(told) ? told : 'en'
}
