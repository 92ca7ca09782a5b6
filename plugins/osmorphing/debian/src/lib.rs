//! Makes Debian and Ubuntu guests boot under KVM.
