/** The version of this package, written down so that no bundler has to find `package.json`. A test compares the two. */

export const VERSION = '0.1.0'
