/** Nothing to open. */

export const open = () => ({ url: 'memory:', drop: async () => undefined })
