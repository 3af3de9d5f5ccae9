/** `npm run test:nodes`: the tests on the other releases of Node that are supported, each brought by npm. */
import { binary, run } from './environment.mjs'

const versions = process.argv.length > 2 ? process.argv.slice(2) : ['22', '24']
for (const version of versions) {
  console.log(`Node ${version}`)
  const status = run('npx', [
    '--yes',
    '--package',
    `node@${version}`,
    'node',
    binary('vitest', 'vitest.mjs'),
    'run',
    '--reporter=dot',
  ])
  if (status !== 0) process.exit(status)
}
