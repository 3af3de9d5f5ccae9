/** The package as `npm publish` would send it, and a project that has it installed. */

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface PackedPackage {
  readonly tarball: string
  /** Where it is installed. */
  readonly root: string
  /** A project beside it. */
  readonly project: string
  /** Every file, by its path in the package. */
  readonly files: ReadonlyMap<string, string>
  remove(): void
}

/** What the package's `exports` name, as it is imported: `cronwright`, `cronwright/sqlite`, ... */
export function entryPoints(): string[] {
  const { exports } = readManifest(ROOT)
  return Object.keys(exports)
    .filter((path) => path !== './package.json')
    .map((path) => `cronwright${path.slice(1)}`)
}

export function readManifest(root: string): {
  readonly version: string
  readonly exports: Readonly<Record<string, unknown>>
  readonly bin: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
} {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
}

/** Packs what is built, and unpacks it into the `node_modules` of a project, beside its one dependency. */
export function packedPackage(): PackedPackage {
  const directory = mkdtempSync(join(tmpdir(), 'cronwright-packed-'))
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', directory]
  const name = execFileSync('npm', pack, { cwd: ROOT, encoding: 'utf8' }).trim()
  const tarball = join(directory, name)
  const project = join(directory, 'project')
  const modules = join(project, 'node_modules')
  mkdirSync(modules, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', modules])
  const root = join(modules, 'cronwright')
  execFileSync('mv', [join(modules, 'package'), root])
  for (const dependency of Object.keys(readManifest(root).dependencies)) {
    symlinkSync(join(ROOT, 'node_modules', dependency), join(modules, dependency))
  }
  writeFileSync(join(project, 'package.json'), '{ "name": "project", "private": true }')
  return {
    tarball,
    root,
    project,
    files: filesOf(root),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

function filesOf(root: string): ReadonlyMap<string, string> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(
    entries.map(({ parentPath, name }) => {
      const path = join(parentPath, name)
      return [path.slice(root.length + 1), readFileSync(path, 'utf8')]
    }),
  )
}
