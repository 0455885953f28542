/** How fast this process sends in a lane: what a lane without a rate is slowed down from. */
export class Departures {
  #second = 0;
  #now = 0;
  #before = 0;

  add(): void {
    this.#roll();
    this.#now += 1;
  }

  /** Of the running second or the last one, whichever had more. */
  perSecond(): number {
    this.#roll();
    return Math.max(this.#now, this.#before);
  }

  #roll(): void {
    const second = Math.floor(performance.now() / 1_000);
    if (second === this.#second) return;
    this.#before = second === this.#second + 1 ? this.#now : 0;
    this.#now = 0;
    this.#second = second;
  }
}
