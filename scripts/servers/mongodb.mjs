/**
 * A stand-in for MongoDB, whose own server neither Debian nor a package registry has: mongo-java-server, which speaks its
 * protocol, with a journal. It is built once, by Maven, into a folder that git ignores.
 */

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, ServerProcess } from './server-process.mjs'

export const packages = ['default-jdk-headless', 'maven']

const SOURCES = fileURLToPath(new URL('mongodb', import.meta.url))
const PROGRAM = ['StandIn.java', 'IndexedCollection.java', 'SecondaryIndex.java']
const [MANIFEST, ...PARTS] = ['pom.xml', ...PROGRAM].map((name) => readFileSync(`${SOURCES}/${name}`, 'utf8'))
const VERSION = /server-memory-backend<\/artifactId>\s*<version>([^<]+)/.exec(MANIFEST)?.[1]
const NAME = `mongo-java-server ${VERSION}`
const HASH = createHash('sha256').update(MANIFEST).update(PARTS.join('')).digest('hex').slice(0, 8)
const BUILT = fileURLToPath(new URL(`../../.cache/mongo-java-server-${VERSION}-${HASH}`, import.meta.url))
const BUILD_WITHIN_MS = 300_000
const TOOLS = ['java', 'javac', 'mvn']

export function find() {
  const needed = existsSync(BUILT) ? ['java'] : TOOLS
  return needed.every((tool) => existsSync(`/usr/bin/${tool}`)) ? BUILT : undefined
}

export async function launch(built, folder) {
  if (!existsSync(built)) build(built)
  const port = await freePort()
  const server = new ServerProcess({
    command: '/usr/bin/java',
    args: ['-XX:+UseSerialGC', '-cp', `${built}/*:${built}`, 'StandIn', String(port), `${folder}/journal`],
    port,
    folder,
  })
  await server.start()
  return { server, url: `mongodb://127.0.0.1:${port}/cronwright`, source: `${NAME}, a stand-in for MongoDB` }
}

/** Of two that build at once, the one that is ready first is kept. */
function build(built) {
  mkdirSync(dirname(built), { recursive: true })
  const folder = mkdtempSync(`${built}-building-`)
  const options = ['--batch-mode', '--quiet', '--file', `${SOURCES}/pom.xml`, `-DoutputDirectory=${folder}`]
  tool('mvn', ...options, 'dependency:copy-dependencies', '-DincludeScope=runtime')
  tool('javac', '-cp', `${folder}/*`, '-d', folder, ...PROGRAM.map((name) => `${SOURCES}/${name}`))
  try {
    renameSync(folder, built)
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    if (!existsSync(built)) throw error
  }
}

function tool(command, ...values) {
  const { status, error, stderr, stdout } = spawnSync(command, values, { encoding: 'utf8', timeout: BUILD_WITHIN_MS })
  if (error !== undefined) throw new Error(`${NAME} could not be built: ${command}: ${error.message}`)
  if (status !== 0)
    throw new Error(`${NAME} could not be built: ${command} failed: ${(stderr || stdout).slice(-1_000)}`)
}
