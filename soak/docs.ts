// npm run docs: writes docs/systems.md.
import { defaultCatalog } from '../framework/catalog/catalog.js';
import { systemsPage } from './systems-page.js';

process.stdout.write(await systemsPage(defaultCatalog()));
