import { expect, it } from 'vitest'
import { importPeer } from '../../../src/stores/import-peer.ts'

it('gives the module of a package that is installed', async () => {
  expect(await importPeer('cron-parser', 'this test')).toHaveProperty('CronExpressionParser')
})

it('says what to install when a package is missing', async () => {
  const missing = importPeer('cronwright-has-no-such-driver', 'the imaginary store')
  await expect(missing).rejects.toMatchObject({
    code: 'MISSING_DEPENDENCY',
    message:
      'the imaginary store needs the package cronwright-has-no-such-driver; run: npm install cronwright-has-no-such-driver',
    details: { packageName: 'cronwright-has-no-such-driver', neededFor: 'the imaginary store' },
  })
})

it('says which version to install where not every one will do', async () => {
  const missing = importPeer('cronwright-has-no-such-driver', 'the imaginary store', 'the-driver@12')
  await expect(missing).rejects.toThrow('run: npm install the-driver@12')
})

it('tells a package that does not load from one that is missing', async () => {
  const broken = importPeer('data:text/javascript,throw new Error("wrong binary")', 'this test')
  await expect(broken).rejects.toMatchObject({ code: 'STORE_ERROR', cause: { message: 'wrong binary' } })
})
