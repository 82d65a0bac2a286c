import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { packageFile } from '../../src/lib/package-file.ts'

/** The texts of an area of the console in a language, as its pages get them. Only of files that import nothing but types. */
export async function consoleWords(language: 'en' | 'ru', area: string): Promise<unknown> {
  const source = readFileSync(packageFile(`console/src/words/${language}/${area}.ts`), 'utf8')
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  })
  const module = (await import(`data:text/javascript,${encodeURIComponent(outputText)}`)) as { readonly words: unknown }
  return module.words
}
