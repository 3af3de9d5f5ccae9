/** A server that a test has for itself, which it may kill, pause and start again on its data. */

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

interface Recipe {
  readonly packages: readonly string[]
  find(): string | undefined
  launch(command: string, folder: string): Promise<{ readonly server: ServerProcess; readonly url: string }>
}

async function recipeOf(name: string): Promise<Recipe> {
  return (await import(new URL(`../../../scripts/servers/${name}.mjs`, import.meta.url).href)) as Recipe
}

/** Whether this machine has the server. @param name - of a module of scripts/servers */
export async function hasServer(name: string): Promise<boolean> {
  return (await recipeOf(name)).find() !== undefined
}

/** @throws Error where the machine has no such server to start */
export async function launchServer(name: string): Promise<OwnServer> {
  const recipe = await recipeOf(name)
  const command = recipe.find()
  if (command === undefined) throw new Error(`there is no ${name} to start: install ${recipe.packages.join(' ')}`)
  const folder = mkdtempSync(join(tmpdir(), `cronwright-${name}-own-`))
  const { server, url } = await recipe.launch(command, folder)
  const remove = async (): Promise<void> => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { process: server, url, remove }
}
