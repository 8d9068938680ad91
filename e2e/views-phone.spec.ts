/** Every view on two phones: nothing is wider than the screen, axe finds nothing, each stands as a picture in the report. */
import { expect, test } from '@playwright/test';
import { accessible, type Face, PHONES, startFace } from './face.ts';
import { type Seeded, seed } from './seed.ts';
import { parts, picture, settled, VIEWS } from './views.ts';

let face: Face;
let seeded: Seeded;
test.describe.configure({ mode: 'serial', timeout: 480_000 });
test.beforeAll(async ({ browser }) => {
  face = await startFace(browser, {}, { reducedMotion: 'reduce' });
  seeded = await seed(face.hub);
});
test.afterAll(async () => {
  expect(face.complaints).toEqual([]);
  await face.close();
});

for (const device of PHONES) {
  test(`on a ${device}`, async ({ browserName: _ }, info) => {
    const page = await face.open(device);
    for (const theme of device === 'Pixel 7' ? (['light', 'dark'] as const) : (['dark'] as const)) {
      await face.go(page, '/sessions');
      await face.theme(page, theme);
      // On the one by addresses that are typed, on the other as links lead there.
      const lead = device === 'Pixel 7' ? face.walk : face.go;
      for (const [name, path, full] of [
        ...VIEWS.map((view) => [view.name, view.path, view.full] as const),
        ...parts(seeded),
      ]) {
        if (name === 'panes') continue;
        await lead(page, path);
        await expect(page.locator(full).first(), name).toBeVisible();
        await settled(page);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(wide, `${name} is wider than the screen`).toBeLessThanOrEqual(0);
        if (device === 'Pixel 7') await accessible(page, theme === 'light' ? undefined : ['color-contrast']);
        const keep = device === 'Pixel 7' && theme === 'dark' && ['session', 'inbox', 'board'].includes(name);
        await picture(
          page,
          info,
          `${name}-${device === 'Pixel 7' ? 'phone' : 'iphone'}${theme === 'dark' ? '' : '-light'}`,
          keep,
        );
      }
    }
    await page.close();
  });
}
