//! The verbs of a source that a misbehaving guest has no use for. A macro and nothing else.

/// Every verb of `Source` but `check` and `open_disk`: none of them is called by the tests.
#[macro_export]
macro_rules! idle_verbs {
    () => {
        fn list_vms(_: Config, _: Option<&str>, _: Option<&str>) -> Result<VmPage> {
            Err($crate::idle_verbs!(@ unused))
        }
        fn get_vm(_: Config, _: &str) -> Result<VmSpec> {
            Err($crate::idle_verbs!(@ unused))
        }
        fn power_off(_: &Step, _: &str) -> Result<Outcome> {
            Err($crate::idle_verbs!(@ unused))
        }
        fn ensure_snapshot(_: &Step, _: &VmSpec, _: Option<&str>) -> Result<Outcome> {
            Err($crate::idle_verbs!(@ unused))
        }
        fn release_snapshot(_: &Step, _: &str) -> Result<Outcome> {
            Err($crate::idle_verbs!(@ unused))
        }
    };
    (@ unused) => {
        Error::other("guest.unused", "this guest only misbehaves")
    };
}
