// Runs before the first paint, so that a dark page never flashes white and its language is right for a screen reader. A file of its
// own because the page's policy allows no inline script. The keys and the rules are those of src/shell/color-scheme.ts and
// src/words/language.ts.
;(() => {
  const kept = (key) => {
    try {
      return localStorage.getItem(key)
    } catch {
      return null
    }
  }
  const root = document.documentElement
  let scheme = kept('jadegate-theme')
  if (scheme !== 'light' && scheme !== 'dark') {
    scheme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  }
  root.setAttribute('data-mantine-color-scheme', scheme)
  let language = kept('jadegate-language')
  if (language !== 'en' && language !== 'ru') language = /^(ru|be|kk)\b/i.test(navigator.language) ? 'ru' : 'en'
  root.lang = language
})()
