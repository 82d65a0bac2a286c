import type { Request } from './request.ts'

export const LANGUAGES = ['curl', 'JavaScript', 'Python'] as const
export type SnippetLanguage = (typeof LANGUAGES)[number]

/** A call as one pastes it. */
export interface Snippet {
  readonly url: string
  readonly request: Request
}

export const SNIPPETS: Readonly<Record<SnippetLanguage, (snippet: Snippet) => string>> = {
  curl: curlOf,
  JavaScript: scriptOf,
  Python: pythonOf,
}

function curlOf({ url, request: { verb, body } }: Snippet): string {
  const parts = [`curl -X ${verb} ${inShell(url)}`]
  switch (body.kind) {
    case 'none':
      break
    case 'json':
      parts.push(`-H 'Content-Type: application/json'`, `-d ${inShell(JSON.stringify(body.value))}`)
      break
    case 'form':
      // Not -F for texts: it would take one that begins with @ or < for the name of a file.
      for (const [name, text] of body.texts) parts.push(`--form-string ${inShell(`${name}=${text}`)}`)
      parts.push(`-F ${inShell(`file=@"${fileName(body.file).replaceAll(/(["\\])/g, '\\$1')}"`)}`)
      break
    case 'bytes':
      parts.push(`-H ${inShell(`Content-Type: ${typeOf(body.file)}`)}`)
      parts.push(`-H ${inShell(`GA-Filename: ${encodeURIComponent(fileName(body.file))}`)}`)
      parts.push(`--data-binary ${inShell(`@${fileName(body.file)}`)}`)
      break
    default:
      return body satisfies never
  }
  return parts.join(' \\\n  ')
}

function scriptOf({ url, request: { verb, body } }: Snippet): string {
  const lines: string[] = []
  const options = [`method: '${verb}'`]
  if (body.kind === 'json') {
    options.push(`headers: { 'Content-Type': 'application/json' }`)
    options.push(`body: JSON.stringify(${indented(JSON.stringify(body.value, null, 2))})`)
  }
  if (body.kind === 'form') {
    lines.push('// file: a File or Blob', 'const form = new FormData()')
    for (const [name, text] of body.texts) lines.push(`form.append(${JSON.stringify(name)}, ${JSON.stringify(text)})`)
    lines.push(`form.append('file', file, ${JSON.stringify(fileName(body.file))})`, '')
    options.push('body: form')
  }
  if (body.kind === 'bytes') {
    lines.push('// file: a File or Blob')
    const name = JSON.stringify(encodeURIComponent(fileName(body.file)))
    options.push(`headers: { 'Content-Type': ${JSON.stringify(typeOf(body.file))}, 'GA-Filename': ${name} }`)
    options.push('body: file')
  }
  const given = options.map((option) => `  ${option},`)
  lines.push(`const response = await fetch(${JSON.stringify(url)}, {`, ...given, '})')
  lines.push('console.log(response.status, await response.text())')
  return lines.join('\n')
}

function pythonOf({ url, request: { verb, body } }: Snippet): string {
  const given = [JSON.stringify(url)]
  switch (body.kind) {
    case 'none':
      break
    case 'json':
      given.push(`json=${indented(inPython(body.value))}`)
      break
    case 'form':
      given.push(`data=${indented(inPython(Object.fromEntries(body.texts)))}`)
      given.push(`files={"file": open(${JSON.stringify(fileName(body.file))}, "rb")}`)
      break
    case 'bytes':
      given.push(`data=open(${JSON.stringify(fileName(body.file))}, "rb")`)
      given.push(
        `headers=${inPython({ 'Content-Type': typeOf(body.file), 'GA-Filename': encodeURIComponent(fileName(body.file)) })}`,
      )
      break
    default:
      return body satisfies never
  }
  const call = given.length === 1 ? given.join('') : `\n    ${given.join(',\n    ')},\n`
  return `import requests\n\nresponse = requests.${verb.toLowerCase()}(${call})\nprint(response.status_code, response.text)`
}

function fileName(file: File | null): string {
  return file?.name ?? 'picture.jpg'
}

function typeOf(file: File | null): string {
  return file === null ? 'image/jpeg' : file.type || 'application/octet-stream'
}

/** In single quotes nothing means anything to a shell, but a single quote. */
function inShell(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

function indented(lines: string): string {
  return lines.replaceAll('\n', '\n  ')
}

/** JSON's texts and numbers are Python's too. */
function inPython(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (Array.isArray(value)) return `[${value.map(inPython).join(', ')}]`
  if (typeof value !== 'object') return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${inPython(item)}`)
    .join(', ')}}`
}
