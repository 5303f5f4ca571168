// A process that keeps one run after the other in a folder, as fast as it can, until it is killed; tells their ids, a line each.
import { RunLibrary } from "../../src/runs/library.ts";
import { Recording } from "../../src/runs/recording/recording.ts";
import { header, record, report } from "./samples.ts";

/** Many parameters make records so large that a kill can come in the middle of one. */
const parameters = Array.from({ length: 100 }, (_, i) => ({ ...header.model.parameters[0], name: `layer${i}.weight` }));
const model = { ...header.model, parameters };
const [reported] = report(1).parameters;

async function keepRuns(folder: string): Promise<void> {
  const own = new Set<string>();
  const library = new RunLibrary(folder, (id) => own.has(id));
  for (;;) {
    const onError = (error: Error) => {
      throw error;
    };
    const recording = new Recording({ library, model, debug: false, bytes: 1e9, version: "killed", onError });
    own.add(recording.id);
    process.stdout.write(`${recording.id}\n`);
    await feed(recording);
    await recording.close();
  }
}

/** Some hundred iterations; in the middle it goes back by ten. */
async function feed(recording: Recording): Promise<void> {
  for (let i = 1; i <= 400; i++) {
    recording.accept({ type: "iterations", records: [record(i)] });
    const numbers = parameters.map(({ name }, k) => ({ ...reported, name, weightNormBefore: i + k / 1000 }));
    recording.accept({ type: "statistics", report: { ...report(i), parameters: numbers } });
    if (i === 200) {
      recording.accept({ type: "rewound", iteration: 190 });
      for (let k = 191; k <= 200; k++) recording.accept({ type: "iterations", records: [record(k)] });
    }
    await new Promise((done) => setTimeout(done, 3));
  }
  recording.accept({ type: "finished", reason: "completed", iterations: 400, seconds: 1, loss: 1 / 400 });
}

process.stdout.write("ready\n");
void keepRuns(process.argv[2]); // an error ends the process
