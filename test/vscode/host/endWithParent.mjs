// Loaded into VS Code's server before its own code: ends it and its children when whoever started it has died, however that came.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid === parent) return;
  try {
    process.kill(-process.pid, "SIGKILL"); // the server leads its own process group
  } catch {
    process.exit(1); // a child of the server that inherited this module
  }
}, 1000).unref();
