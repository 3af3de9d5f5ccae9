/**
 * One measurement, in this process: `node --expose-gc bench/measure.mjs SECTION '{"library":"croner",...}'`. The parent
 * gets the values by message; started by hand (say, with --cpu-prof) it prints them.
 */

import { loadSection } from './sections/index.mjs'

// Some libraries know no zone but that of the process; all are given the same one.
process.env.TZ = 'UTC'

const [name, parameters] = process.argv.slice(2)
const section = await loadSection(name)
if (process.send === undefined) {
  console.log(await section.measure(JSON.parse(parameters)))
  process.exit()
}
const reply = await section.measure(JSON.parse(parameters)).then(
  (values) => ({ values }),
  (error) => ({ error: error.message }),
)
process.send(reply, () => process.exit())
