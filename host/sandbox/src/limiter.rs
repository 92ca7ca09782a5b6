//! What the instances of one store may take: memory, tables, instances. Passing a limit is a trap that says
//! which limit it was.

use crate::fault::Broken;
use gyre_core::ByteSize;
use gyre_core::config::Limits;
use wasmtime::ResourceLimiter;

/// Core instances, memories and tables of one component: what adapters and shims need, and some more.
const INSTANCES_MAX: usize = 64;
const MEMORIES_MAX: usize = 8;
const TABLES_MAX: usize = 64;

pub(crate) struct Limiter {
    memory_bytes: usize,
    table_elements: usize,
    /// Elements of all tables together.
    table_elements_used: usize,
    /// Bytes of all memories together.
    memory_used: usize,
}

impl Limiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            memory_bytes: usize::try_from(limits.memory_mib.saturating_mul(1 << 20)).unwrap_or(usize::MAX),
            table_elements: limits.table_elements,
            table_elements_used: 0,
            memory_used: 0,
        }
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let used = self.memory_used.saturating_sub(current).saturating_add(desired);
        if used > self.memory_bytes {
            let limit = ByteSize(self.memory_bytes as u64);
            return Err(Broken::new(
                "sandbox.memory",
                format!(
                    "it asked for {} of memory; its limit `memory-mib` is {limit}",
                    ByteSize(used as u64)
                ),
            )
            .of("memory-mib")
            .into());
        }
        self.memory_used = used;
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let used = self.table_elements_used.saturating_sub(current).saturating_add(desired);
        if used > self.table_elements {
            return Err(Broken::new(
                "sandbox.limit",
                format!(
                    "it asked for {used} table elements; its limit `table-elements` is {}",
                    self.table_elements
                ),
            )
            .of("table-elements")
            .into());
        }
        self.table_elements_used = used;
        Ok(true)
    }

    fn instances(&self) -> usize {
        INSTANCES_MAX
    }

    fn memories(&self) -> usize {
        MEMORIES_MAX
    }

    fn tables(&self) -> usize {
        TABLES_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_count_together() {
        let mut limiter = Limiter::new(&Limits { memory_mib: 2, ..Limits::default() });
        assert!(limiter.memory_growing(0, 1 << 20, None).unwrap());
        assert!(limiter.memory_growing(0, 1 << 20, None).unwrap());
        let error = limiter.memory_growing(1 << 20, (1 << 20) + 65536, None).unwrap_err();
        assert_eq!(error.downcast_ref::<Broken>().unwrap().code, "sandbox.memory");
    }
}
