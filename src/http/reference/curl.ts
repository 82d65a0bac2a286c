import type { Verb } from '../method.ts'
import { pathOf, type Api, type Described } from './described.ts'
import { asText, exampleFields } from './examples.ts'

/** For a POSIX shell; what stands in braces is to be filled in. */
export function curl(api: Api, row: Described, url: string): string {
  const [verb = 'GET'] = row.verbs
  const behind = row.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `/{${name}}`)
  const head = verb === 'GET' ? 'curl -g' : `curl -g -X ${verb}`
  const query = verb === 'GET' ? queryOf(row) : ''
  return [`${head} '${url}${pathOf(api, row)}${behind.join('')}${query}'`, ...bodyLines(row, verb)].join(' \\\n  ')
}

function queryOf(row: Described): string {
  const given = Object.entries(exampleFields(row)).map(([key, value]) => `${key}=${encodeURIComponent(asText(value))}`)
  return given.length === 0 ? '' : `?${given.join('&')}`
}

function bodyLines(row: Described, verb: Verb): readonly string[] {
  if (verb === 'GET') return []
  const fields = exampleFields(row)
  if (row.input === 'bytes') return ["-H 'Content-Type: image/jpeg'", '--data-binary @picture.jpg']
  if (row.input === 'form') {
    return [...Object.entries(fields).map(([key, value]) => `-F '${key}=${asText(value)}'`), '-F file=@picture.jpg']
  }
  if (row.fieldNames.length === 0) return []
  return ["-H 'Content-Type: application/json'", `-d '${JSON.stringify(fields)}'`]
}
