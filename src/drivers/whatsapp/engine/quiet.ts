import { readFileSync } from 'node:fs'
import { createRequire, Module } from 'node:module'
import { dirname } from 'node:path'
import { compileFunction } from 'node:vm'

const nothing = (): void => undefined
/** What the modules below find as `console`. */
const SILENCE = { log: nothing, info: nothing, warn: nothing, error: nothing, debug: nothing, trace: nothing }

const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname', 'console']

type Wrapped = (
  exports: unknown,
  require: NodeJS.Require,
  module: Module,
  filename: string,
  folder: string,
  console: typeof SILENCE,
) => void

/**
 * Loads a CommonJS module so that it prints nothing, for the signal library prints session records, private keys and all, through
 * `console.info` in normal operation. The module is evaluated as Node does it, but with a `console` of its own: nobody else's is
 * touched, now or later. Whoever requires or imports the file afterwards gets this module.
 */
export function loadQuietly(filename: string): void {
  const require = createRequire(filename)
  const module = new Module(filename)
  module.filename = filename
  const evaluate = compileFunction(readFileSync(filename, 'utf8'), PARAMETERS, { filename }) as Wrapped
  require.cache[filename] = module
  try {
    evaluate.call(module.exports, module.exports, require, module, filename, dirname(filename), SILENCE)
    module.loaded = true
  } catch (trouble) {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the registry of modules is an object
    delete require.cache[filename]
    throw trouble
  }
}

/** Puts `exports` in the place of a CommonJS module. */
export function replaceModule(filename: string, exports: unknown): void {
  const module = new Module(filename)
  module.filename = filename
  module.exports = exports
  module.loaded = true
  createRequire(filename).cache[filename] = module
}
