// The worker's end of the port to the host: requests are answered inside pause points, synchronously.
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { mailFlag } from "../protocol/control.ts";
import type { RuntimeEvent } from "../protocol/events.ts";
import type { RequestMessage, RequestName, RequestParams, RequestResult } from "../protocol/requests.ts";

/** One handler for every request there is. */
export type RequestHandlers = { readonly [K in RequestName]: (params: RequestParams<K>) => RequestResult<K> };

export class Mailbox {
  private readonly flag: Int32Array;

  constructor(
    private readonly port: MessagePort,
    control: SharedArrayBuffer,
    private readonly handlers: RequestHandlers,
  ) {
    this.flag = new Int32Array(control);
  }

  send(event: RuntimeEvent): void {
    this.port.postMessage(event);
  }

  /** Answers what waits. While nothing does this costs one read of the shared flag. */
  poll(): void {
    if (Atomics.load(this.flag, mailFlag) !== 0) this.drain();
  }

  /** Blocks, answering requests, until `done` says so. */
  block(done: () => boolean): void {
    this.drain();
    while (!done()) {
      Atomics.wait(this.flag, mailFlag, 0);
      this.drain();
    }
  }

  private drain(): void {
    // The flag first: a message that comes after the last look sets it again.
    Atomics.store(this.flag, mailFlag, 0);
    for (let mail = receiveMessageOnPort(this.port); mail !== undefined; mail = receiveMessageOnPort(this.port)) {
      this.answer(mail.message);
    }
  }

  private answer(message: RequestMessage): void {
    try {
      this.port.postMessage({ id: message.id, ok: true, result: this.dispatch(message) });
    } catch (error) {
      this.port.postMessage({
        id: message.id,
        ok: false,
        message: error instanceof Error ? error.message : String(error),
      });
    }
  }

  private dispatch<K extends RequestName>(message: {
    readonly request: K;
    readonly params: RequestParams<K>;
  }): RequestResult<K> {
    const handler = this.handlers[message.request];
    if (handler === undefined) throw new Error(`there is no request ${message.request}`);
    return handler(message.params);
  }
}
