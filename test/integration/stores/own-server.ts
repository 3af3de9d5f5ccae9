/** Servers that a test has for itself, which it may kill, pause and start again on their data. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface ServerProcess {
  start(): Promise<void>
  stop(): Promise<void>
  kill(): void
  pause(): void
  resume(): void
}

export interface OwnServer {
  readonly process: ServerProcess
  readonly url: string
  /** Stops it for good, and removes its data. */
  remove(): Promise<void>
}

/** Several servers that keep the same data. */
export interface OwnCluster {
  readonly nodes: readonly ClusterNode[]
  /** With the addresses of all. */
  readonly url: string
  /** The node that leads the others; undefined while there is none. */
  leader(): Promise<ClusterNode | undefined>
  /** Stops them for good, and removes their data. */
  remove(): Promise<void>
}

export interface ClusterNode {
  readonly name: string
  readonly server: ServerProcess
}

interface LaunchOptions {
  /** Whether it may lose, when it is killed, what it said was written. Not every server can be told so. @default false */
  readonly isUnsafe?: boolean
}

interface Recipe {
  readonly packages: readonly string[]
  find(): string | undefined
  launch(
    command: string,
    folder: string,
    options?: LaunchOptions,
  ): Promise<{ readonly server: ServerProcess; readonly url: string }>
  launchCluster?(command: string, folder: string): Promise<Omit<OwnCluster, 'remove'>>
}

async function recipeOf(name: string): Promise<Recipe> {
  return (await import(new URL(`../../../scripts/servers/${name}.mjs`, import.meta.url).href)) as Recipe
}

/** Whether this machine has the server. @param name - of a module of scripts/servers */
export async function hasServer(name: string): Promise<boolean> {
  return (await recipeOf(name)).find() !== undefined
}

/** @throws Error where the machine has no such server to start */
export async function launchServer(name: string, options?: LaunchOptions): Promise<OwnServer> {
  const recipe = await recipeOf(name)
  const command = commandOf(name, recipe)
  const folder = mkdtempSync(join(tmpdir(), `cronwright-${name}-own-`))
  const { server, url } = await recipe.launch(command, folder, options)
  const remove = async (): Promise<void> => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { process: server, url, remove }
}

/** Three nodes. @throws Error where the machine has no such server to start, or it makes no cluster here */
export async function launchCluster(name: string): Promise<OwnCluster> {
  const recipe = await recipeOf(name)
  const command = commandOf(name, recipe)
  if (recipe.launchCluster === undefined) throw new Error(`scripts/servers/${name}.mjs launches no cluster`)
  const folder = mkdtempSync(join(tmpdir(), `cronwright-${name}-cluster-`))
  const { nodes, url, leader } = await recipe.launchCluster(command, folder)
  const remove = async (): Promise<void> => {
    // The last ones would wait for a majority to tell that they leave.
    for (const { server } of nodes) server.kill()
    await Promise.all(nodes.map(({ server }) => server.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
  return { nodes, url, leader, remove }
}

function commandOf(name: string, recipe: Recipe): string {
  const command = recipe.find()
  if (command === undefined) throw new Error(`there is no ${name} to start: install ${recipe.packages.join(' ')}`)
  return command
}
