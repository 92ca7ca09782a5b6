//! The WebAssembly sandbox: engine, compile cache, limits, loading, traps as errors. Grants nothing.
