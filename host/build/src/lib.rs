//! How plugins are begun and built: the templates of `gyre plugin new`, the toolchains of `gyre plugin build` and
//! `cargo xtask plugins`, and core modules made components. It runs no plugin and knows none of what they do.
//!
//! * [`template`]: a new project, from texts that are part of the program
//! * [`project`]: what lies in a directory, and which language's tools build it
//! * [`rust`], [`scripted`]: those tools
//! * [`component`]: what a component may import, and how its file is written

pub mod component;
pub mod program;
pub mod project;
pub mod rust;
pub mod scripted;
pub mod template;
pub mod toolchain;
