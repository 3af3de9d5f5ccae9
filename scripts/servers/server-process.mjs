/**
 * A server that a test run starts for itself: in a folder of its own, on a free port of the loopback interface, with its
 * data synced to disk. It can be killed, paused and started again on the same data, and goes when the run ends.
 */

import { spawn, spawnSync } from 'node:child_process'
import { chownSync, closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const READY_WITHIN_MS = 60_000
const STOP_WITHIN_MS = 10_000

/**
 * @typedef {object} Recipe
 * @property {string} command
 * @property {readonly string[]} args
 * @property {number} port
 * @property {string} folder - holds its data and its log
 * @property {string} [user] - account to run as when this process is root
 * @property {Record<string, string>} [environment]
 * @property {() => Promise<boolean>} [answers] - whether it serves; by default whether it takes a connection
 */

/**
 * Several servers that keep the same data.
 * @typedef {object} Cluster
 * @property {readonly { name: string, port: number, server: ServerProcess }[]} nodes
 * @property {string} url - with the addresses of all
 * @property {() => Promise<{ name: string, port: number, server: ServerProcess } | undefined>} leader - undefined while
 *   there is none
 */

/** Those that were started and are not gone; undefined before the first. */
let running

/** No server outlives this process, unless that is killed outright. Who ends it in order has a listener of its own. */
function endWithThisProcess(server) {
  if (running === undefined) {
    running = new Set()
    const killAll = () => {
      for (const each of running) each.kill()
    }
    process.on('exit', killAll)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.once(signal, () => {
        if (process.listenerCount(signal) > 0) return
        killAll()
        process.kill(process.pid, signal)
      })
    }
  }
  running.add(server)
}

export class ServerProcess {
  #recipe
  #child
  /** Resolves when the process is gone. */
  #ended = Promise.resolve()

  /** @param {Recipe} recipe */
  constructor(recipe) {
    this.#recipe = recipe
  }

  get pid() {
    return this.#child?.pid
  }

  /** Starts it, or starts it again on its data, and waits until it serves. */
  async start() {
    const { command, args, folder, environment, user } = this.#recipe
    await this.#ended
    const log = openSync(`${folder}/server.log`, 'a')
    const child = spawn(command, args, {
      cwd: folder,
      env: { ...process.env, ...environment },
      stdio: ['ignore', log, log],
      ...accountOf(user),
    })
    closeSync(log)
    this.#child = child
    endWithThisProcess(this)
    child.once('exit', () => running.delete(this))
    this.#ended = new Promise((resolve) => {
      child.once('exit', resolve)
      child.once('error', resolve)
    })
    const failed = new Promise((_resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => reject(new Error(`${command} ended (${signal ?? code})`)))
    })
    failed.catch(() => undefined)
    try {
      await Promise.race([this.#ready(), failed])
    } catch (error) {
      this.kill()
      throw new Error(`${error.message}\n${readFileSync(`${folder}/server.log`, 'utf8').slice(-2_000)}`)
    }
  }

  async stop() {
    this.#child?.kill('SIGTERM')
    this.resume()
    await Promise.race([this.#ended, sleep(STOP_WITHIN_MS, undefined, { ref: false })])
    this.kill()
    await this.#ended
  }

  /** Kills all of its processes, so that none of them can write what another had in mind. */
  kill() {
    // Of one that is gone, another process may have the id.
    if (this.#child?.exitCode !== null || this.#child.signalCode !== null) return
    const workers = childrenOf(this.#child.pid)
    this.#child.kill('SIGKILL')
    for (const pid of workers) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended with its parent.
      }
    }
  }

  pause() {
    this.#child?.kill('SIGSTOP')
  }

  resume() {
    this.#child?.kill('SIGCONT')
  }

  async #ready() {
    const { port, answers = () => takesConnections(port) } = this.#recipe
    const until = performance.now() + READY_WITHIN_MS
    while (!(await answers())) {
      if (performance.now() > until) throw new Error(`${this.#recipe.command} does not serve`)
      await sleep(50)
    }
  }
}

/** Ids of the processes that a process has started; none where the system does not tell. */
function childrenOf(pid) {
  const path = `/proc/${pid}/task/${pid}/children`
  return existsSync(path) ? readFileSync(path, 'utf8').split(' ').filter(Boolean).map(Number) : []
}

/** A port that nothing listens on. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

export function takesConnections(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => socket.destroy())
    socket.once('error', () => resolve(false))
    socket.once('close', (hadError) => resolve(!hadError))
  })
}

/** Sends text to a port and gives what comes back until the other side is silent for a moment. */
export function ask(port, text) {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.setTimeout(500, () => socket.destroy())
    socket.on('data', (data) => {
      answer += data
      socket.destroy()
    })
    socket.once('error', () => undefined)
    socket.once('close', () => resolve(answer))
  })
}

/** Runs a command to its end as an account. @throws Error with what it wrote */
export function run(command, args, { user, environment, input } = {}) {
  const { status, error, stderr, stdout } = spawnSync(command, args, {
    env: { ...process.env, ...environment },
    input,
    encoding: 'utf8',
    ...accountOf(user),
  })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${command} failed: ${stderr || stdout}`)
  return stdout
}

/** Gives a folder to an account, when this process is root. */
export function handOver(folder, user) {
  const { uid, gid } = accountOf(user)
  if (uid !== undefined) chownSync(folder, uid, gid)
}

/** Servers refuse to run as root; the account is the one that their package made. */
function accountOf(user) {
  if (user === undefined || process.getuid?.() !== 0) return {}
  const [, , uid, gid] =
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .find(([name]) => name === user) ?? []
  if (uid === undefined) throw new Error(`there is no account ${user} to run the server as`)
  return { uid: Number(uid), gid: Number(gid) }
}
