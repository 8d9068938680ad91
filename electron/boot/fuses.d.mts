export const FUSES: Readonly<Record<string, boolean>>;
export function checkFuses(path: string): Promise<void>;
