import { readFileSync } from 'node:fs'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { packageFile } from './package-file.ts'

const PackageFile = Compile(Type.Object({ version: Type.String() }))

/** The version of this program. */
export function packageVersion(): string {
  return PackageFile.Parse(JSON.parse(readFileSync(packageFile('package.json'), 'utf8'))).version
}
