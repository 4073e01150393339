/** pictures.mjs PAGE FOLDER: the flame graph in light and dark, as a person meets it. */
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [, , file, folder] = process.argv;
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'] });
for (const colorScheme of ['light', 'dark']) {
  const context = await browser.newContext({ viewport: { width: 1000, height: 440 }, colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(`file://${file}`);
  await page.waitForFunction(() => document.querySelector('.hl-canvas')?.width > 0);
  await page.getByText('Colour: package').click();
  const stage = await page.locator('.hl-stage').boundingBox();
  await page.mouse.move(stage.x + 180, stage.y + 110);
  await page.waitForTimeout(300);
  await page.screenshot({ path: join(folder, `flame-${colorScheme}.png`) });
  await context.close();
}
await browser.close();
