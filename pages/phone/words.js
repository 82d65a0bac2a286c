import en from './words-en.js'
import ru from './words-ru.js'

const WORDS = { en, ru }

let language = navigator.language.toLowerCase().startsWith('ru') ? 'ru' : 'en'
try {
  const kept = localStorage.getItem('jadegate-phone-language')
  if (kept === 'ru' || kept === 'en') language = kept
} catch {
  // A browser that keeps nothing: the choice lasts as long as the page.
}

export function currentLanguage() {
  return language
}

export function word(key) {
  return WORDS[language][key] ?? key
}

/** Writes the texts into whatever names one: `data-word` its content, `data-label` its name, `data-hint` its placeholder. */
export function writeWords() {
  document.documentElement.lang = language
  document.title = word('title')
  for (const element of document.querySelectorAll('[data-word]')) element.textContent = word(element.dataset.word)
  for (const element of document.querySelectorAll('[data-hint]')) element.placeholder = word(element.dataset.hint)
  for (const element of document.querySelectorAll('[data-label]')) {
    element.setAttribute('aria-label', word(element.dataset.label))
    if (element.tagName === 'BUTTON') element.title = word(element.dataset.label)
  }
  for (const element of document.querySelectorAll('[data-title]')) element.title = word(element.dataset.title)
  for (const element of document.querySelectorAll('.language')) element.textContent = word('language')
}

export function switchLanguage() {
  language = language === 'ru' ? 'en' : 'ru'
  try {
    localStorage.setItem('jadegate-phone-language', language)
  } catch {
    // As above.
  }
  writeWords()
}
