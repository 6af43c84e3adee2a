import { accessSync, constants, mkdirSync } from 'node:fs'

/** Makes DATA_DIR where it is missing, for its owner alone. @throws Error with a sentence when it cannot be used */
export function makeDataDir(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new Error(sentenceFor(error as NodeJS.ErrnoException, path), { cause: error })
  }
}

function sentenceFor({ code, message }: NodeJS.ErrnoException, path: string): string {
  switch (code) {
    case 'EEXIST':
    case 'ENOTDIR':
      return `DATA_DIR must name a directory: ${path} is a file, or lies below one.`
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `This user may not write in DATA_DIR, ${path}. Give it the right to, or set DATA_DIR to another directory.`
    default:
      return `DATA_DIR, ${path}, cannot be used: ${message}`
  }
}
