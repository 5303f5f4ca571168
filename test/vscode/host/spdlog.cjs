// Takes the place of the native logger @vscode/spdlog in the host, so that installing it needs no compiler; writes plain log files.
const { appendFileSync, mkdirSync } = require("node:fs");
const { dirname } = require("node:path");

// spdlog's order of levels; VS Code passes them as numbers.
const levels = ["trace", "debug", "info", "warn", "error", "critical"];

class Logger {
  constructor(_type, _name, file) {
    this.file = file;
    this.level = 2;
    this.raw = false;
    mkdirSync(dirname(file), { recursive: true });
  }

  getLevel() {
    return this.level;
  }

  setLevel(level) {
    this.level = level;
  }

  /** Output channels write their own text: no time, no level, no line ending. */
  clearFormatters() {
    this.raw = true;
  }

  setPattern() {}
  flush() {}
  drop() {}

  write(level, text) {
    if (level < this.level) return;
    const time = new Date().toISOString().replace("T", " ").replace("Z", "");
    appendFileSync(this.file, this.raw ? text : `${time} [${levels[level]}] ${text}\n`);
  }
}
levels.forEach((name, level) => {
  Logger.prototype[name] = function (text) {
    this.write(level, text);
  };
});

exports.version = 0;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.Logger = Logger;
exports.createRotatingLogger = async (...options) => new Logger("rotating", ...options);
exports.createAsyncRotatingLogger = async (...options) => new Logger("rotating_async", ...options);
