import { readFileSync } from 'node:fs'
import { serveBare } from './server.ts'

/** Sends one buffer again and again: the list that the product answered, read from a file. */
const list = readFileSync(process.argv[2] ?? 'list.json')

serveBare(() => list)
