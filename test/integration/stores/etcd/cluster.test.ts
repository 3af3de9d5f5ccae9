import { describeLeaderLossOn } from '../../../fleet/on-store.ts'

await describeLeaderLossOn('etcd')
