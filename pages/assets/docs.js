// The search box: hides the methods whose names, summaries and fields hold none of what is typed.
const search = document.getElementById('search')
const nothing = document.getElementById('nothing')
const articles = [...document.querySelectorAll('article')]

function show() {
  const wanted = search.value.trim().toLowerCase()
  const found = new Set()
  for (const article of articles) {
    article.hidden = !article.dataset.words.includes(wanted)
    if (!article.hidden) found.add(article.id)
  }
  for (const item of document.querySelectorAll('nav li')) item.hidden = !found.has(item.dataset.name)
  for (const section of document.querySelectorAll('nav [data-chapter]')) {
    section.hidden = section.querySelector('li:not([hidden])') === null
  }
  for (const chapter of document.querySelectorAll('main .chapter')) {
    const own = chapter.querySelectorAll('article')
    chapter.hidden = wanted !== '' && [...own].every((article) => article.hidden)
  }
  nothing.hidden = found.size > 0
}

search.addEventListener('input', show)
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && document.activeElement !== search) {
    event.preventDefault()
    search.focus()
  }
})
// A link to a method that the search has hidden shows everything again.
window.addEventListener('hashchange', () => {
  const target = document.getElementById(location.hash.slice(1))
  if (target?.closest('[hidden]') === null || target === null) return
  search.value = ''
  show()
  target.scrollIntoView()
})
if (search.value !== '') show()
