//! The jobs: replica execution and deployment. The only crate that knows the order of things.
