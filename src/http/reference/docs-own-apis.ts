import { answerExample } from './answer-example.ts'
import { routeId, type DescribedApi, type DescribedRoute } from './described.ts'
import { fieldTable, linesOf } from './docs-fields.ts'
import { html, type Html } from '../html.ts'

/** The routes of our own APIs in the page's contents. */
export function ownNavigation(apis: readonly DescribedApi[]): readonly Html[] {
  return apis.map(
    (api) =>
      html`<section data-chapter>
        <h2><a href="#${api.name}-api">${api.title}</a></h2>
        <ul>
          ${api.rows.map(
            (row) =>
              html`<li data-name="${routeId(api, row)}">
                <a href="#${routeId(api, row)}">${row.verb} ${row.at}</a>
              </li>`,
          )}
        </ul>
      </section>`,
  )
}

/** A chapter for each API of our own, with all of its routes. */
export function ownChapters(apis: readonly DescribedApi[]): readonly Html[] {
  return apis.map(ownChapter)
}

function ownChapter(api: DescribedApi): Html {
  return html`<section class="chapter" id="${api.name}-api">
    <h2>${api.title}</h2>
    <p>
      ${api.about} Paths begin with <code>${api.base}</code>. ${shownHeader(api)} ${api.token} Bodies are strict JSON,
      unknown keys are refused; lists are <code>{items, next}</code> with <code>?cursor=&amp;limit=</code>; amounts are
      whole minor units, times UTC; a refused call answers <code>{"error": {"code", "message"}}</code>.
    </p>
    ${api.rows.map((row) => ownArticle(api, row))}
  </section>`
}

function shownHeader({ shows }: DescribedApi): Html {
  if (shows === 'cookie') return html`Callers are browsers.`
  return html`The header is <code>Authorization: Bearer &lt;token&gt;</code>.`
}

function ownArticle(api: DescribedApi, row: DescribedRoute): Html {
  const id = routeId(api, row)
  const lines = [
    ...linesOf(row.path, '').map((line) => ({ ...line, rules: `In the path. ${line.rules}` })),
    ...linesOf(row.query, '').map((line) => ({ ...line, rules: `In the query. ${line.rules}` })),
    ...linesOf(row.body, ''),
  ]
  const words = [row.at, row.summary, ...lines.map(({ name }) => name)].join(' ').toLowerCase()
  const chips = [row.scope === 'read' ? 'reads' : 'changes', ...(row.idempotent === false ? [] : ['idempotent'])]
  return html`<article id="${id}" data-words="${words}">
    <h3>
      <span class="verb ${row.verb.toLowerCase()}">${row.verb}</span>
      <a href="#${id}">${row.at}</a>
    </h3>
    <p>${row.summary}</p>
    <p class="chips">${chips.map((chip) => html`<span>${chip}</span> `)}</p>
    ${fieldTable(lines)} ${ownAnswer(row)}
  </article>`
}

function ownAnswer({ answer, created }: DescribedRoute): Html {
  if (answer === null) return html`<p class="answer">Answers 204 without a body.</p>`
  if (typeof answer === 'string') return html`<p class="answer">Answers 200 with <code>${answer}</code>.</p>`
  return html`<p class="answer">Answers ${created ? '201' : '200'}:</p>
    <pre><code>${JSON.stringify(answerExample(answer), null, 2)}</code></pre>`
}
