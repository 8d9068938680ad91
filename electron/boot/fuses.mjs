/** What the app must be packed with: read back from the packed file, whatever the builder said. */

/** By the names of `@electron/fuses`. What is not here (`WasmTrapHandlers`) guards nothing and stays as Electron has it. */
export const FUSES = {
  RunAsNode: false,
  EnableCookieEncryption: true,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  LoadBrowserProcessSpecificV8Snapshot: false,
  GrantFileProtocolExtraPrivileges: false,
};

/** Throws at the first that is not as it must be, or that this Electron does not know. */
export async function checkFuses(path) {
  const { FuseV1Options, getCurrentFuseWire } = await import('@electron/fuses');
  const wire = await getCurrentFuseWire(path);
  for (const [name, on] of Object.entries(FUSES)) {
    // 48 and 49 are the digits 0 and 1, as they stand in the file.
    const state = wire[FuseV1Options[name]];
    if (state !== (on ? 49 : 48)) throw new Error(`${path}: the fuse ${name} is not ${on ? 'on' : 'off'} (${state})`);
  }
}
