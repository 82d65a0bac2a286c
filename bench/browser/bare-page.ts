/**
 * The least that can show a list of instances, find in it as somebody types, and follow changes: rows of plain text, no styles, no library. It waits after the
 * last key as long as the console does (`TYPING_MS` of its filters), so that what differs is the work.
 */
export const BARE_PAGE = `<!doctype html>
<meta charset="utf-8">
<title>Instances</title>
<input type="text">
<table><tbody></tbody></table>
<script>
const body = document.querySelector('tbody')
const marks = new Map()
const mark = (cell, state) => {
  cell.textContent = state
  cell.dataset.tone = state === 'authorized' ? 'good' : 'wait'
}
const show = async (search) => {
  const answer = await fetch('/found?search=' + encodeURIComponent(search))
  const { items } = await answer.json()
  marks.clear()
  body.replaceChildren(...items.map((item) => {
    const row = document.createElement('tr')
    for (const text of [item.name, item.phone, item.typeInstance, item.tariff, item.queued, item.timeCreated])
      row.insertCell().textContent = text
    const cell = row.insertCell()
    mark(cell, item.state)
    marks.set(item.idInstance, cell)
    return row
  }))
}
let timer
document.querySelector('input').addEventListener('input', ({ target }) => {
  clearTimeout(timer)
  timer = setTimeout(() => show(target.value), 250)
})
globalThis.benchChanges = () => new Promise((resolve) => {
  const source = new EventSource('/changes')
  source.onmessage = ({ data }) => {
    const { idInstance, state } = JSON.parse(data)
    const cell = marks.get(idInstance)
    if (cell !== undefined) mark(cell, state)
  }
  source.addEventListener('end', ({ data }) => {
    source.close()
    resolve(Number(data))
  })
})
void show('')
</script>
`
