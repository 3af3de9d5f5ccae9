/** A clock that all processes of one machine share, in milliseconds with a fraction. */

export const machineClock = () => Number(process.hrtime.bigint()) / 1e6
