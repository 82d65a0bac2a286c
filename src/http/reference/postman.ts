import { createHash } from 'node:crypto'
import type { Verb } from '../method.ts'
import type { Api, Described, DescribedTables } from './described.ts'
import { CHAPTERS } from './described.ts'
import { asText, exampleFields } from './examples.ts'

const SCHEMA = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json'

interface Part {
  readonly key: string
  readonly value: string
  readonly description?: string
  readonly disabled?: true
}

/** A Postman collection v2.1 with one request for each verb of each row, in folders by chapter. */
export function postmanCollection(tables: DescribedTables, url: string): object {
  const rows = [
    ...tables.instance.map((row) => ({ api: 'instance' as const, row })),
    ...tables.partner.map((row) => ({ api: 'partner' as const, row })),
  ]
  const folders = Object.entries(CHAPTERS).flatMap(([group, { title, about }]) => {
    const item = rows.filter(({ row }) => row.group === group).flatMap(({ api, row }) => requestsOf(api, row))
    return item.length === 0 ? [] : [{ name: title, description: about, item }]
  })
  return {
    info: { _postman_id: idOf(url), name: 'Jadegate', schema: SCHEMA },
    item: folders,
    variable: [
      { key: 'apiUrl', value: url },
      { key: 'mediaUrl', value: url },
      { key: 'partnerApiUrl', value: url },
      { key: 'idInstance', value: '' },
      { key: 'apiTokenInstance', value: '' },
      { key: 'partnerToken', value: '' },
      { key: 'receiptId', value: '' },
    ],
  }
}

/** The same for the same server, so that importing again replaces. */
function idOf(url: string): string {
  const hex = createHash('sha256').update(url).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}

function requestsOf(api: Api, row: Described): readonly object[] {
  return row.verbs.map((verb) => ({
    name: verb === row.verbs[0] ? row.name : `${row.name} (${verb})`,
    request: {
      method: verb,
      description: row.summary,
      header: headersOf(row, verb),
      url: urlOf(api, row, verb),
      ...bodyOf(row, verb),
    },
    response: [],
  }))
}

function headersOf(row: Described, verb: Verb): readonly Part[] {
  if (row.input === 'bytes') {
    return [
      { key: 'Content-Type', value: 'image/jpeg' },
      { key: 'GA-Filename', value: 'picture.jpg' },
    ]
  }
  return verb !== 'GET' && row.input === 'json' && row.fieldNames.length > 0
    ? [{ key: 'Content-Type', value: 'application/json' }]
    : []
}

function urlOf(api: Api, row: Described, verb: Verb): object {
  const host = api === 'partner' ? '{{partnerApiUrl}}' : row.input === 'json' ? '{{apiUrl}}' : '{{mediaUrl}}'
  const behind = row.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{{${name}}}`)
  const path =
    api === 'instance'
      ? ['waInstance{{idInstance}}', row.name, '{{apiTokenInstance}}', ...behind]
      : ['partner', row.name, '{{partnerToken}}']
  const query = queryOf(row, verb)
  const asked = query
    .filter((part) => part.disabled !== true)
    .map(({ key, value }) => `${key}=${encodeURIComponent(value)}`)
  const raw = `${host}/${path.join('/')}${asked.length === 0 ? '' : `?${asked.join('&')}`}`
  return { raw, host: [host], path, ...(query.length > 0 && { query }) }
}

function queryOf(row: Described, verb: Verb): readonly Part[] {
  const own = row.parameters
    .filter((parameter) => parameter.in === 'query')
    .map(({ name, summary }) => ({ key: name, value: '', description: summary, disabled: true }) as const)
  if (verb !== 'GET') return own
  const example = exampleFields(row)
  return [
    ...own,
    ...row.fieldNames.map((name) =>
      example[name] === undefined
        ? ({ key: name, value: '', disabled: true } as const)
        : { key: name, value: asText(example[name]) },
    ),
  ]
}

function bodyOf(row: Described, verb: Verb): object {
  if (verb === 'GET') return {}
  if (row.input === 'bytes') return { body: { mode: 'file', file: {} } }
  const example = exampleFields(row)
  if (row.input === 'form') {
    const texts = Object.entries(example).map(([key, value]) => ({ key, value: asText(value), type: 'text' }))
    return { body: { mode: 'formdata', formdata: [...texts, { key: 'file', type: 'file', src: [] }] } }
  }
  if (row.fieldNames.length === 0) return {}
  return { body: { mode: 'raw', raw: JSON.stringify(example, null, 2), options: { raw: { language: 'json' } } } }
}
