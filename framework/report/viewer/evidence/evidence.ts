// Brings the evidence of anomalies to life: orders to explore, and operations that are marked together and found on the timeline.
import type { App } from '../app.js';
import { showOrders } from './orders.js';
import { showProof } from './proof.js';

export async function mountEvidence(_: HTMLElement, app: App): Promise<void> {
  for (const proof of document.querySelectorAll<HTMLElement>('[data-proof]')) showProof(proof, app);
  const block = await app.block('evidence');
  for (const root of document.querySelectorAll<HTMLElement>('[data-search]')) {
    const search = block?.searches[Number(root.dataset['search'])];
    if (search != null) showOrders(root, search, app);
  }
}
