import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path/posix'
import { afterAll, describe, expect, it } from 'vitest'
import { packedPackage, ROOT, readManifest } from './packed.ts'

const packed = packedPackage()
afterAll(() => packed.remove())

const tool = (name: string, ...values: string[]): string =>
  execFileSync(process.execPath, [join(ROOT, 'node_modules', name), ...values], { encoding: 'utf8', cwd: ROOT })

describe('the packed package', () => {
  it('satisfies publint without a remark', () => {
    expect(tool('publint/src/cli.js', 'run', packed.tarball, '--strict')).toContain('All good!')
  })

  // From CommonJS the package resolves to a module of ES: require() loads it on every Node that `engines` allows
  // (20.19), so that rule is left out. Resolution before Node 16 knows no `exports`, and no such Node is supported.
  it('gives the right types however it is resolved', () => {
    const options = ['--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm', '--no-definitely-typed']
    const report = tool('@arethetypeswrong/cli/dist/index.js', packed.tarball, ...options, '--format', 'json')
    const { entrypoints } = JSON.parse(report).analysis
    expect(Object.keys(entrypoints)).toEqual(Object.keys(readManifest(ROOT).exports))
  })

  it('holds what it needs and nothing else', () => {
    const others = [...packed.files.keys()].filter((path) => !/^dist\/.+\.(js|d\.ts)$/.test(path))
    const allowed = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']
    expect(others.filter((path) => !allowed.includes(path))).toEqual([])
    const ours = /(^|[/.])(tests?|spec|fixtures?|bench|examples?)([/.]|$)/
    expect([...packed.files.keys()].filter((path) => ours.test(path))).toEqual([])
    expect(packed.files.has('LICENSE')).toBe(true)
  })

  it('names no path of the machine that built it', () => {
    for (const [path, content] of packed.files) {
      for (const place of [ROOT, homedir(), tmpdir()]) {
        if (place.length > 1) expect(content.includes(`${place}/`), `${path} names ${place}`).toBe(false)
      }
      expect(content, path).not.toMatch(/file:\/\/\/[a-z]+\/|sourceMappingURL/i)
    }
  })

  it('has every file that its manifest names', () => {
    const named = JSON.stringify(readManifest(packed.root)).match(/\.\/dist\/[^"]+/g) ?? []
    expect(named.length).toBeGreaterThan(5)
    for (const path of named) expect(packed.files.has(path.slice(2)), path).toBe(true)
  })

  it('has a command that can be executed', () => {
    for (const path of Object.values(readManifest(packed.root).bin)) {
      expect(packed.files.get(path.slice(2))).toMatch(/^#!\/usr\/bin\/env node\n/)
      expect(statSync(join(packed.root, path)).mode & 0o111).not.toBe(0)
    }
  })
})

/** What a file imports, statically or not, and as types. */
function importsOf(content: string): string[] {
  const code = content.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
  return [...code.matchAll(/(?<!['"-])(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*['"]([^'"]+)['"]/g)].flatMap(
    ([, name]) => name ?? [],
  )
}

/** The files that are loaded with one of them, and the packages that they name. */
function closureOf(start: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>()
  const packages = new Set<string>()
  const pending = [start]
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (files.has(path)) continue
    files.add(path)
    for (const name of importsOf(packed.files.get(path) ?? packed.files.get(path.replace(/\.[jt]s$/, '.d.ts')) ?? '')) {
      if (name.startsWith('.')) pending.push(join(dirname(path), name))
      else packages.add(name)
    }
  }
  return { files, packages }
}

describe('what the package loads', () => {
  const isBuiltin = (name: string): boolean => name.startsWith('node:') || builtinModules.includes(name)

  it.each([
    'dist/index.js',
    'dist/sqlite.js',
    'dist/postgres.js',
    'dist/mysql.js',
    'dist/redis.js',
    'dist/mongodb.js',
    'dist/etcd.js',
    'dist/zookeeper.js',
    'dist/store.js',
    'dist/testing.js',
    'dist/cli/main.js',
    'dist/index.d.ts',
  ])('%s needs cron-parser and Node, and no other package', (path) => {
    const { files, packages } = closureOf(path)
    expect(files.size).toBeGreaterThan(2)
    // Declarations name each other as the sources do, and TypeScript looks for `.d.ts` beside `.ts` and `.js`.
    const names = [...files].map((file) => (path.endsWith('.d.ts') ? file.replace(/(\.d)?\.[jt]s$/, '.d.ts') : file))
    expect(names.filter((file) => !packed.files.has(file))).toEqual([])
    expect([...packages].filter((name) => !isBuiltin(name) && name !== 'cron-parser')).toEqual([])
  })

  it('its dependencies are cron-parser, and the packages that it loads when asked are optional', () => {
    const { dependencies, peerDependencies } = readManifest(packed.root)
    expect(Object.keys(dependencies)).toEqual(['cron-parser'])
    const code = [...packed.files].filter(([path]) => path.endsWith('.js')).map(([, content]) => content)
    const loaded = code.flatMap((text) => [...text.matchAll(/importPeer\('([^'/]+)/g)].map(([, name]) => name))
    expect([...new Set(loaded)].sort()).toEqual(Object.keys(peerDependencies).sort())
    const { peerDependenciesMeta } = JSON.parse(packed.files.get('package.json') ?? '{}')
    for (const name of Object.keys(peerDependencies)) expect(peerDependenciesMeta[name]).toEqual({ optional: true })
  })
})
