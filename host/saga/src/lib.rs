//! Durable undoable steps over a store. Knows no plugin and no disk.
