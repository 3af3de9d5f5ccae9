import { describe, expect, it } from 'vitest'

import { runFake } from './fake-environment.ts'

describe('cronwright', () => {
  it.each(['--help', '-h'])('%s prints the commands', async (flag) => {
    const { status, output, errorOutput } = await runFake([flag])
    expect(status).toBe(0)
    expect(output).toMatch(/^Usage:\n {2}cronwright <command>.*\n.* next /s)
    expect(errorOutput).toBe('')
  })

  it.each(['--version', '-v'])('%s prints the version', async (flag) => {
    expect(await runFake([flag])).toMatchObject({ status: 0, output: '1.2.3\n', errorOutput: '' })
  })

  it('without a command prints the help as an error', async () => {
    const { status, output, errorOutput } = await runFake([])
    expect([status, output]).toEqual([2, ''])
    expect(errorOutput).toContain('Commands:')
  })

  it.each([
    ['nxet', 'unknown command "nxet": did you mean cronwright next?'],
    ['serve', 'unknown command "serve": run cronwright --help to see the commands'],
    ['0 5 * * *', `unknown command "0 5 * * *": did you mean cronwright next '0 5 * * *'?`],
    ['@daily', `unknown command "@daily": did you mean cronwright next '@daily'?`],
    ['--versoin', 'unknown option --versoin: did you mean --version?'],
    ['--json', 'unknown option --json: options come after a command; run cronwright --help'],
  ])('%s is refused with a hint', async (word, message) => {
    expect(await runFake([word])).toEqual({
      status: 2,
      output: '',
      errorOutput: `cronwright: ${message}\n`,
      clockReadings: 0,
    })
  })
})
