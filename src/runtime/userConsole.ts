// The console that model code sees: each line goes where the caller says.
import { Console } from "node:console";
import { Writable } from "node:stream";
import { format } from "node:util";

export function consoleTo(write: (category: "stdout" | "stderr", text: string) => void): Console {
  const stream = (category: "stdout" | "stderr") =>
    new Writable({
      decodeStrings: false,
      write: (text, _encoding, done) => {
        write(category, format("%s", text));
        done();
      },
    });
  return new Console(stream("stdout"), stream("stderr"));
}
