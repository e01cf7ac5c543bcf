// Validates every CSAF 2.0 document of a folder: schema and mandatory tests.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [lib, folder] = process.argv.slice(2)
const load = (file) => import(pathToFileURL(join(lib, file)).href)
const { default: validate } = await load('validateStrict.js')
const { csaf_2_0_strict } = await load('schemaTests.js')
const mandatory = Object.values(await load('mandatoryTests.js'))
const tests = [csaf_2_0_strict, ...mandatory]

let count = 0
let errors = 0
for (const year of readdirSync(folder).filter((name) => /^\d{4}$/.test(name)).sort()) {
  for (const name of readdirSync(join(folder, year)).filter((name) => name.endsWith('.json')).sort()) {
    count += 1
    const result = await validate(tests, JSON.parse(readFileSync(join(folder, year, name), 'utf8')))
    if (result.isValid) continue
    for (const test of result.tests) {
      for (const error of test.errors) {
        errors += 1
        if (errors <= 20) console.error(`${year}/${name}: ${test.name}: ${error.instancePath}: ${error.message}`)
      }
    }
  }
}
console.error(`csaf-validator-lib: ${count} documents, ${tests.length} tests each, ${errors} errors`)
// A folder without documents proves nothing.
process.exit(errors || count === 0 ? 1 : 0)
