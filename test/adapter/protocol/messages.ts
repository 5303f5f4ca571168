// Takes the messages of the Debug Adapter Protocol out of a stream of bytes. Knows nothing of what they say.
import type { Readable } from "node:stream";
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";

/** Hands on each message once it is there as a whole. */
export function readMessages(stream: Readable, take: (message: Dap.ProtocolMessage) => void): void {
  let pending = Buffer.alloc(0);
  stream.on("data", (data: Buffer) => {
    pending = Buffer.concat([pending, data]);
    for (;;) {
      const header = /^Content-Length: (\d+)\r\n\r\n/.exec(pending.toString("latin1", 0, 64));
      if (header === null) return;
      const end = header[0].length + Number(header[1]);
      if (pending.length < end) return;
      const message: Dap.ProtocolMessage = JSON.parse(pending.toString("utf8", header[0].length, end));
      pending = pending.subarray(end);
      take(message);
    }
  });
}

/** The bytes of a message. */
export function frame(message: object): string {
  const text = JSON.stringify(message);
  return `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}
