import { readFileSync } from 'node:fs'
import { packageFile } from '../lib/package-file.ts'

interface Asset {
  readonly headers: Readonly<Record<string, string>>
  readonly content: Buffer
}

/** Where each file of the virtual phone is served. */
const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/simulator/phone': ['phone.html', 'text/html; charset=utf-8'],
  '/simulator/assets/phone.css': ['phone.css', 'text/css; charset=utf-8'],
  '/simulator/assets/phone.js': ['phone.js', 'text/javascript; charset=utf-8'],
  '/simulator/assets/phone-api.js': ['phone-api.js', 'text/javascript; charset=utf-8'],
  '/simulator/assets/phone-words.js': ['phone-words.js', 'text/javascript; charset=utf-8'],
  '/simulator/assets/phone.svg': ['phone.svg', 'image/svg+xml'],
}

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const read = new Map<string, Asset>()

/** The page or a file of it; null where the path is none of them. */
export function assetFor(path: string): Asset | null {
  const known = read.get(path)
  if (known !== undefined) return known
  const entry = Object.hasOwn(FILES, path) ? FILES[path] : undefined
  if (entry === undefined) return null
  const asset = { content: readFileSync(packageFile(`pages/${entry[0]}`)), headers: headersFor(entry[1]) }
  read.set(path, asset)
  return asset
}

function headersFor(type: string): Readonly<Record<string, string>> {
  return {
    'content-type': type,
    'cache-control': 'no-cache',
    'content-security-policy': CSP,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  }
}
