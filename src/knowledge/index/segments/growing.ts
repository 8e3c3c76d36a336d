type Numbers<T> = { length: number; [index: number]: number; set(values: ArrayLike<number>, offset?: number): void; subarray(start: number, end: number): T };

/** A typed array that grows as it is filled. */
export class Growing<T extends Numbers<T>> {
  #items: T;
  readonly #create: (length: number) => T;
  length = 0;

  constructor(create: (length: number) => T) {
    this.#create = create;
    this.#items = create(1_024);
  }

  push(value: number): void {
    this.#makeRoom(1);
    this.#items[this.length] = value;
    this.length += 1;
  }

  pushAll(values: ArrayLike<number>): void {
    this.#makeRoom(values.length);
    this.#items.set(values, this.length);
    this.length += values.length;
  }

  /** What was put in, not copied: to be read before the next `push`. */
  filled(): T {
    return this.#items.subarray(0, this.length);
  }

  #makeRoom(count: number): void {
    if (this.length + count <= this.#items.length) return;
    const grown = this.#create(Math.max(this.length + count, Math.ceil(this.#items.length * 1.5)));
    grown.set(this.#items);
    this.#items = grown;
  }
}
