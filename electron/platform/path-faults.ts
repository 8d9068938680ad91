/** What the file system refuses, in words for people. */
import { Fault } from '../../shared/fault.ts';

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** For `catch`: nothing there is an answer, anything else stays an error. */
export function absent(error: unknown): null {
  const code = errorCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return null;
  throw error;
}

export function pathFault(error: unknown, path: string): Error {
  switch (errorCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new Fault('not-found', `There is no file ${path}.`, undefined, error);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new Fault(
        'refused',
        `The system does not allow access to ${path}: check its owner and mode.`,
        undefined,
        error,
      );
    case 'EISDIR':
      return new Fault('invalid', `${path} is a folder, not a file.`, undefined, error);
    case 'ENAMETOOLONG':
      return new Fault('invalid', 'The path is longer than the system allows.', undefined, error);
    case 'ELOOP':
      return new Fault('refused', `${path} goes through a link that leads nowhere good.`, undefined, error);
    case 'ENOSPC':
    case 'EDQUOT':
      return new Fault('unavailable', `The disk that holds ${path} is full.`, undefined, error);
    default:
      return error instanceof Error ? error : new Error(String(error));
  }
}
