import { readFileSync } from 'node:fs'
import { packageFile } from '../../src/lib/package-file.ts'

const { scripts } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { scripts: { start: string } }

/** Node's flags in `npm start`: the product runs with them, and so do the denominators. */
export const NODE_FLAGS: readonly string[] = scripts.start.split(' ').filter((word) => word.startsWith('--'))
