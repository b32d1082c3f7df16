// The tooltip of the canvas. For pointers only: what it says is said in the details and the tables as well.
import { element } from '../dom.js';

export class Tip {
  readonly node = element('div', { class: 'tl-tip', 'aria-hidden': 'true', hidden: true });

  show(lines: readonly string[], event: PointerEvent): void {
    this.node.textContent = lines.join('\n');
    this.node.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.node;
    const x = Math.max(4, Math.min(event.clientX + 14, innerWidth - width - 8));
    const y = event.clientY + 18 + height > innerHeight ? event.clientY - height - 10 : event.clientY + 18;
    this.node.style.transform = `translate(${x}px,${y}px)`;
  }

  hide(): void {
    this.node.hidden = true;
  }
}
