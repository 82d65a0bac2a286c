import { readdirSync, readFileSync } from 'node:fs'
import { packageFile } from '../lib/package-file.ts'

interface Asset {
  readonly headers: Readonly<Record<string, string>>
  readonly content: Buffer
}

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
}

const CSP = [
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src blob:",
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
].join('; ')

/** Each file of the virtual phone by the path at which it is served. */
let assets: ReadonlyMap<string, Asset> | undefined

/** The page or a file of it; null where the path is none of them. */
export function assetFor(path: string): Asset | null {
  assets ??= new Map(readAssets())
  return assets.get(path) ?? null
}

function* readAssets(): Generator<[path: string, asset: Asset]> {
  yield ['/simulator/phone', assetOf('phone.html', 'text/html; charset=utf-8')]
  yield ['/simulator/assets/phone.svg', assetOf('phone.svg', 'image/svg+xml')]
  for (const name of readdirSync(packageFile('pages/phone'))) {
    const type = TYPES[name.slice(name.lastIndexOf('.') + 1)]
    if (type !== undefined) yield [`/simulator/assets/phone/${name}`, assetOf(`phone/${name}`, type)]
  }
}

function assetOf(name: string, type: string): Asset {
  const headers = {
    'content-type': type,
    'cache-control': 'no-cache',
    'content-security-policy': CSP,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  }
  return { content: readFileSync(packageFile(`pages/${name}`)), headers }
}
