/**
 * One measurement, in this process: `node --expose-gc bench/measure.mjs SECTION '{"library":"croner",...}'`. The parent
 * gets the values by message; started by hand (say, with --cpu-prof) it prints them.
 */

import { loadSection } from './sections/index.mjs'

const [name, parameters] = process.argv.slice(2)
const section = await loadSection(name)
const values = await section.measure(JSON.parse(parameters))
if (process.send === undefined) {
  console.log(values)
  process.exit()
}
process.send(values, () => process.exit())
