/** What waits, by tenant: tenants take turns, and each tenant's own come out in the order they went in. */
export class FairQueue<T> {
  readonly #lists = new Map<string, { items: T[]; next: number }>();
  size = 0;

  push(tenantId: string, item: T): void {
    const list = this.#lists.get(tenantId);
    if (list === undefined) this.#lists.set(tenantId, { items: [item], next: 0 });
    else list.items.push(item);
    this.size += 1;
  }

  shift(): T | undefined {
    const [first] = this.#lists;
    if (first === undefined) return undefined;
    const [tenantId, list] = first;
    const item = list.items[list.next];
    list.next += 1;
    this.size -= 1;
    // Behind all others for its next turn.
    this.#lists.delete(tenantId);
    if (list.next < list.items.length) this.#lists.set(tenantId, list);
    return item;
  }
}
