/**
 * The servers that tests need: each is taken from a URL in the environment, else from docker compose where an engine
 * runs, else from binaries on this machine, which are installed first where Debian's packages can be. What cannot be had
 * is told with the reason.
 */

import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const COMPOSE = ['compose', '-f', join(ROOT, 'docker-compose.test.yml')]

/** Name -> module here, variable with its URL, and its URL under docker compose. */
export const SERVERS = {
  postgres: {
    module: './postgres.mjs',
    variable: 'CRONWRIGHT_TEST_POSTGRES_URL',
    composeUrl: 'postgres://cronwright:secret@127.0.0.1:15432/cronwright',
  },
  mysql: {
    module: './mariadb.mjs',
    variable: 'CRONWRIGHT_TEST_MYSQL_URL',
    composeUrl: 'mysql://cronwright:secret@127.0.0.1:13306/cronwright',
  },
  redis: {
    module: './redis.mjs',
    variable: 'CRONWRIGHT_TEST_REDIS_URL',
    composeUrl: 'redis://127.0.0.1:16379/0',
  },
  etcd: {
    module: './etcd.mjs',
    variable: 'CRONWRIGHT_TEST_ETCD_URL',
    composeUrl: 'etcd://127.0.0.1:12379/cronwright',
  },
  zookeeper: {
    module: './zookeeper.mjs',
    variable: 'CRONWRIGHT_TEST_ZOOKEEPER_URL',
    composeUrl: 'zookeeper://127.0.0.1:12181/cronwright',
  },
  mongodb: {
    module: './mongodb.mjs',
    variable: 'CRONWRIGHT_TEST_MONGODB_URL',
    composeUrl: 'mongodb://127.0.0.1:17017/cronwright',
  },
}

/**
 * @typedef {object} Provided
 * @property {string} name
 * @property {string} variable
 * @property {string | undefined} url
 * @property {string} source - where it is from, or why it cannot be had
 * @property {import('./server-process.mjs').ServerProcess | undefined} server - only where this process started it
 * @property {() => Promise<void>} stop
 */

/** @returns {Promise<Provided[]>} */
export async function provideServers(names = Object.keys(SERVERS)) {
  const hasEngine = spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0
  const provided = []
  for (const name of names) provided.push(await provide(name, hasEngine))
  return provided
}

async function provide(name, hasEngine) {
  const { module, variable, composeUrl } = SERVERS[name]
  const given = process.env[variable]
  if (given) return { name, variable, url: given, source: variable, stop: async () => undefined }
  try {
    if (hasEngine) return { name, variable, url: composeUrl, source: 'docker compose', stop: composeUp(name) }
    const recipe = await import(module)
    const found = recipe.find() ?? installed(recipe)
    if (found === undefined) {
      const source = `no ${variable}, no docker engine, and no local server (Debian: ${recipe.packages.join(' ')})`
      return { name, variable, url: undefined, source, stop: async () => undefined }
    }
    const folder = mkdtempSync(join(tmpdir(), `cronwright-${name}-`))
    chmodSync(folder, 0o755)
    const { server, url, source = found } = await recipe.launch(found, folder)
    const stop = async () => {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    }
    return { name, variable, url, source, server, stop }
  } catch (error) {
    return { name, variable, url: undefined, source: error.message, stop: async () => undefined }
  }
}

/**
 * The module here that launches a store's server, for who wants one that can be killed; its packages are installed where that
 * can be. Otherwise why there is none.
 * @returns {Promise<{ server?: string, obstacle?: string }>}
 */
export async function findServer(name) {
  const { module } = SERVERS[name]
  const recipe = await import(module)
  if ((recipe.find() ?? installed(recipe)) === undefined) return { obstacle: `no ${recipe.packages.join(' ')}` }
  return { server: module.slice('./'.length, -'.mjs'.length) }
}

/** Starts a service and waits until it is healthy. */
function composeUp(name) {
  const { status, stderr } = spawnSync('docker', [...COMPOSE, 'up', '--detach', '--wait', name], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`docker compose up ${name}: ${stderr}`)
  return async () => {
    spawnSync('docker', [...COMPOSE, 'rm', '--stop', '--force', '--volumes', name], { stdio: 'ignore' })
  }
}

/** Installs a server's Debian packages when this process may. */
export function installed({ packages, find }) {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).error) return undefined
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args) => spawnSync('apt-get', ['-qq', ...args], { env: environment, encoding: 'utf8' })
  apt('update')
  const { status, stderr } = apt('install', '--yes', '--no-install-recommends', ...packages)
  if (status !== 0) throw new Error(`apt-get install ${packages.join(' ')}: ${stderr.slice(-500)}`)
  return find()
}
