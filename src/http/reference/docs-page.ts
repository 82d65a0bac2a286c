import { CHAPTERS, type Api, type Described, type DescribedTables } from './described.ts'
import { answerExample } from './answer-example.ts'
import { curl } from './curl.ts'
import { fieldTable, lineOf, linesOf } from './docs-fields.ts'
import { ownChapters, ownNavigation } from './docs-own-apis.ts'
import { html, type Html } from '../html.ts'
import { NOTIFICATION_LIST } from './notifications.ts'
import { MESSENGER_NAMES } from './operation.ts'

interface Entry {
  readonly api: Api
  readonly row: Described
}

/** The reference as one page. `url`: where clients reach this server; `base`: the path in it before all others. */
export function docsPage(tables: DescribedTables, url: string, base: string): string {
  const chapters = chaptersOf(tables)
  return page(
    base,
    html`
      <nav id="contents" aria-label="Methods">
        <input
          id="search"
          type="search"
          placeholder="Search methods and fields"
          aria-label="Search"
          autocomplete="off"
        />
        ${chapters.map(
          (chapter) =>
            html`<section data-chapter>
              <h2><a href="#${chapter.group}">${chapter.title}</a></h2>
              <ul>
                ${chapter.entries.map(({ row }) => html`<li data-name="${row.name}"><a href="#${row.name}">${row.name}</a></li>`)}
              </ul>
            </section>`,
        )}
        <section>
          <h2><a href="#notifications">Notifications</a></h2>
        </section>
        ${ownNavigation(tables.own)}
      </nav>
      <main>
        ${introduction(url, base)}
        ${chapters.map(
          (chapter) =>
            html`<section class="chapter" id="${chapter.group}">
              <h2>${chapter.title}</h2>
              <p>${chapter.about}</p>
              ${chapter.entries.map((entry) => article(entry, url))}
            </section>`,
        )}
        ${notifications()} ${ownChapters(tables.own)}
        <p id="nothing" hidden>No method or field is named so.</p>
      </main>
    `,
  ).text
}

/** The contract's methods, by chapter. */
function chaptersOf(tables: DescribedTables) {
  const entries: readonly Entry[] = [
    ...tables.partner.map((row) => ({ api: 'partner', row }) as const),
    ...tables.instance.map((row) => ({ api: 'instance', row }) as const),
  ]
  return Object.entries(CHAPTERS).map(([group, about]) => ({
    group,
    ...about,
    entries: entries.filter(({ row }) => row.group === group),
  }))
}

function page(base: string, body: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Jadegate API</title>
        <link rel="icon" href="${base}/assets/jadegate.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="${base}/assets/docs.css" />
        <script type="module" src="${base}/assets/docs.js"></script>
      </head>
      <body>
        <header>
          <img src="${base}/assets/jadegate.svg" alt="" width="28" height="28" />
          <strong>Jadegate API</strong>
          <span class="files"
            ><a href="${base}/openapi.json">OpenAPI</a> <a href="${base}/postman.json">Postman</a></span
          >
        </header>
        <div class="columns">${body}</div>
      </body>
    </html>`
}

function introduction(url: string, base: string): Html {
  return html`<section class="chapter" id="start">
    <h1>Methods</h1>
    <p>
      Every call is <code>${url}/waInstance{idInstance}/{method}/{apiTokenInstance}</code>, or for partners
      <code>${url}/partner/{method}/{partnerToken}</code>; <code>/v3</code> may stand before both. Bodies are JSON,
      unknown keys are ignored, names of methods are matched in any case. Fields without
      <abbr title="required">*</abbr> may stay away; empty ones count as not given unless a rule says otherwise.
    </p>
    <p>
      A refused call answers <code>{statusCode, timestamp, path, message}</code>; a wrong token 401 and an unknown
      instance 403 without a body; an instance that was deleted 400, and 401 from the next day on; too many calls 429
      with <code>Retry-After</code>; a used-up quota 466. Partner methods refuse with 200 and
      <code>{code, description}</code>. Where it says <em>idempotent</em>, an <code>Idempotency-Key</code> makes sure
      that a repeated call is done once.
    </p>
    <p>
      The same as files: <a href="${base}/openapi.json">openapi.json</a> (OpenAPI 3.1) and
      <a href="${base}/postman.json">postman.json</a> (Postman collection).
    </p>
  </section>`
}

function article({ api, row }: Entry, url: string): Html {
  const words = [row.name, row.summary, ...row.fieldNames].join(' ').toLowerCase()
  return html`<article id="${row.name}" data-words="${words}">
    <h3>
      ${row.verbs.map((verb) => html`<span class="verb ${verb.toLowerCase()}">${verb}</span> `)}
      <a href="#${row.name}">${row.name}</a>
    </h3>
    <p>${row.summary}</p>
    <p class="chips">${chipsOf(row).map((chip) => html`<span>${chip}</span> `)}</p>
    ${parameters(row)}
    <pre><code>${curl(api, row, url)}</code></pre>
    ${answer(row)}
  </article>`
}

function chipsOf(row: Described): readonly string[] {
  return [
    ...row.messengers.map((messenger) => MESSENGER_NAMES[messenger]),
    `${String(row.perSecond)} a second`,
    ...(row.hasQuota ? ['monthly quota'] : []),
    ...(row.idempotent ? ['idempotent'] : []),
    ...(row.input === 'form' ? ['multipart form'] : row.input === 'bytes' ? ['raw bytes'] : []),
    ...(row.atLeast > 0 ? [`at least ${String(row.atLeast)} of the fields`] : []),
  ]
}

function parameters(row: Described): Html {
  const lines = [
    ...row.parameters.map((parameter) => ({
      ...lineOf(parameter.name, parameter.schema, parameter.in === 'path'),
      rules: `In the ${parameter.in}. ${parameter.summary}`,
    })),
    ...linesOf(row.fields, ''),
    ...(row.input === 'json' ? [] : [{ name: 'file', required: true, type: 'file', rules: 'At most 100 MB.' }]),
  ]
  return fieldTable(lines)
}

function answer(row: Described): Html {
  if (row.answer === null) return html`<p class="answer">Answers 200 without a body.</p>`
  return html`<p class="answer">Answers 200:</p>
    <pre><code>${JSON.stringify(answerExample(row.answer), null, 2)}</code></pre>`
}

function notifications(): Html {
  return html`<section class="chapter" id="notifications">
    <h2>Notifications</h2>
    <p>
      Sent to <code>webhookUrl</code> as the body of a POST, or handed out by
      <a href="#receiveNotification">receiveNotification</a>. Their schemas are in <code>webhooks</code> of the OpenAPI
      document.
    </p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">typeWebhook</th>
            <th scope="col">When</th>
            <th scope="col">Setting</th>
          </tr>
        </thead>
        <tbody>
          ${NOTIFICATION_LIST.map(
            ({ name, about, setting }) =>
              html`<tr>
                <td><code>${name}</code></td>
                <td>${about}</td>
                <td>${setting === '' ? 'always' : html`<code>${setting}</code>`}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`
}
