/**
 * `npm run servers`, or `npm run servers -- redis etcd`: starts the servers that tests need, prints their URLs as lines for
 * a shell (or writes them to the file of `--env FILE`), and stops them all when it is told to end.
 */
import { rmSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { provideServers, SERVERS } from './servers/index.mjs'

const KNOWN = Object.keys(SERVERS)

const { values, positionals } = readArguments()
const names = positionals.length === 0 ? KNOWN : KNOWN.filter((name) => positionals.includes(name))

// Told to end while they start, they are still stopped: nothing else knows of them.
let isEnding = false
const end = new Promise((resolve) => {
  const stop = () => {
    isEnding = true
    resolve()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
  // npm gives a signal to the shell between it and this process, which keeps it to itself and ends.
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && stop(), 500)
})

console.error(`starting ${names.join(', ')} ...`)
const servers = await provideServers(names)
const running = servers.filter(({ url }) => url !== undefined)
for (const { name, url, source } of servers)
  console.error(`${name}: ${url === undefined ? `not run: ${source}` : source}`)

if (!isEnding && running.length > 0) {
  const lines = running.map(({ variable, url }) => `export ${variable}='${url}'\n`).join('')
  if (values.env === undefined) process.stdout.write(lines)
  else writeFileSync(values.env, lines, { mode: 0o600 })
  console.error(values.env === undefined ? 'Ctrl-C stops them' : `their URLs are in ${values.env}; Ctrl-C stops them`)
  await end
  console.error('stopping ...')
  if (values.env !== undefined) rmSync(values.env, { force: true })
}
for (const { stop } of servers) await stop()
process.exit(running.length < servers.length ? 1 : 0)

function readArguments() {
  const help = `npm run servers -- [--env FILE] [${KNOWN.join('] [')}]`
  try {
    const parsed = parseArgs({ options: { env: { type: 'string' } }, allowPositionals: true })
    const stranger = parsed.positionals.find((name) => !KNOWN.includes(name))
    if (stranger === undefined) return parsed
    console.error(`there is no server ${stranger}: ${help}`)
  } catch (error) {
    console.error(`${error.message}\n${help}`)
  }
  process.exit(2)
}
