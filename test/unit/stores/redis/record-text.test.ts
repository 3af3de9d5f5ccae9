import { expect, it } from 'vitest'
import type { EncodedRecord } from '../../../../src/stores/encoded-job-store.ts'
import { escaped, patchText, placeText, RecordTexts } from '../../../../src/stores/redis/record-text.ts'

const record: EncodedRecord = {
  kind: 'run',
  id: 'a job@1',
  version: 3,
  lane: 'run',
  due: null,
  state: 'pending',
  at: -5,
  jobId: 'a job',
  functionRef: 'λ%20\n\t',
  queue: '',
  priority: -1,
  status: '{"ä":"日本語\n🚀"}',
  spec: '{"v":1}',
}

function kept(given: EncodedRecord): string {
  const { version, due, at, status, spec } = given
  const sizes = `${status === null ? '' : Buffer.byteLength(status)} ${Buffer.byteLength(spec)}`
  return `0000000000000007 ${version} ${at} ${due ?? ''} ${sizes} ${placeText(given)}\n${status ?? ''}${spec}`
}

it.each<[string, Partial<EncodedRecord>]>([
  ['any text', {}],
  ['a status of one byte for each character', { status: '{"a":1}' }],
  ['no status', { status: null, kind: 'log', id: 'a job@1', lane: 'history', due: 9 }],
  ['no job', { jobId: null, queue: 'a\u2028b c', priority: 7 }],
])('reads what is kept: %s', (_name, given) => {
  const whole = { ...record, ...given }
  expect(new RecordTexts().record(`${whole.kind}:${whole.id}`, kept(whole))).toEqual(whole)
})

it.each([
  ['no line', 'x'],
  ['a version that is no number', kept(record).replace(' 3 ', ' x ')],
  ['an unknown kind', kept(record).replace(' run run ', ' walk run ')],
  ['an unknown lane', kept(record).replace(' run run ', ' run walk ')],
  ['a priority that is no number', kept(record).replace(' -1\n', ' high\n')],
])('refuses a text with %s, and does not repeat it', (_name, text) => {
  expect(() => new RecordTexts().record('run:a', text)).toThrow(expect.objectContaining({ code: 'STORE_ERROR' }))
  expect(() => new RecordTexts().record('run:a', text)).not.toThrow(/ä/)
})

it('writes names without white space', () => {
  expect(escaped('plain:ä')).toBe('plain:ä')
  expect(escaped('100% of\tit')).toBe('100%25%20of%09it')
  expect(patchText({ due: null, queue: 'a b', status: '{}' })).toBe('patch due= queue=a%20b status')
})
